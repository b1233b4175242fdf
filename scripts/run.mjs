// node scripts/run.mjs PROGRAM ARGS…: runs a program of dist/ once everything is built; standard output is its own.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { ensureBuilt } from "./build.mjs";
import { main } from "./command.mjs";

await main(ensureBuilt);
if (process.exitCode === 0) {
  process.argv.splice(1, 2, resolve("dist", process.argv[2]));
  await import(pathToFileURL(process.argv[1]).href);
}
