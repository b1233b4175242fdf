// Preloaded into a real daemon (node --import): at SIGUSR2 everything its core has in memory is overwritten.
import { capturedInstances, corrupt } from "../../host/core/instances.js";

const instances = capturedInstances();
process.on("SIGUSR2", () => {
  for (const instance of instances.splice(0)) corrupt(instance);
  process.stderr.write("damaged\n");
});
