import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Vectors of other projects, which stay outside this repository: $COUNTERSIGN_SHARED, else `shared` beside the checkout. */
const SHARED = resolve(
  process.env["COUNTERSIGN_SHARED"] || fileURLToPath(new URL("../../../../shared", import.meta.url)),
);

/** Path of `name` among the shared vectors; null, loudly, where it is missing. In CI that is an error. */
export function sharedPath(name: string): string | null {
  const path = join(SHARED, name);
  if (existsSync(path)) return path;
  const message = `${path} is missing: what needs it is NOT TESTED (set COUNTERSIGN_SHARED)`;
  if (process.env["CI"]) throw new Error(message);
  console.error(message);
  return null;
}
