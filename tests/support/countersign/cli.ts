import { fileURLToPath } from "node:url";

import { type Finished, finish } from "../process.js";

/** The compiled command, seen from dist/tests/support/countersign. */
export const MAIN = fileURLToPath(new URL("../../../host/cli/main.cjs", import.meta.url));

/** Runs `countersign ARGS` to its end. */
export function countersign(...args: readonly string[]): Promise<Finished> {
  return finish(process.execPath, [MAIN, ...args]);
}
