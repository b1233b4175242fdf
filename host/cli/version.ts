import { readFileSync } from "node:fs";

/** The version in package.json. */
export function version(): string {
  const file = new URL(import.meta.resolve("#package"));
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
