import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout, seen from dist/tests/checks. */
export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

export interface Source {
  /** From the checkout's root. */
  readonly path: string;
  readonly text: string;
}

/** A file, named from the checkout's root. */
export function readText(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** The committed files below a folder, or all of them. */
export function sources(folder = "."): Source[] {
  const paths = execFileSync("git", ["ls-files", "-z", folder], { cwd: ROOT, encoding: "utf8" }).split("\0");
  return paths.filter((path) => path !== "").map((path) => ({ path, text: readText(path) }));
}
