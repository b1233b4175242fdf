// Makes a checkout ready to run: the right Node.js, and the dependencies of package-lock.json installed.
// npm runs with ignore-scripts, which skips the project's own pre and post scripts too, so each command calls this.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { Failure, mustRun, say } from "./command.mjs";

/** All scripts name files from the checkout's root. */
export function enterRoot() {
  process.chdir(fileURLToPath(new URL("..", import.meta.url)));
}

/** Enters the root, checks Node.js, and runs `npm ci` when what is installed is not what package-lock.json says. */
export async function ensureInstalled() {
  enterRoot();
  const minimum = readJson("package.json").engines.node.replace(/^>=/, "");
  if (!isAtLeast(process.versions.node, minimum)) {
    throw new Failure(`Node.js ${minimum} or later is needed, this is ${process.versions.node}`);
  }
  if (isInstalled(readJson("package-lock.json"), readJson("node_modules/.package-lock.json"))) return;

  say("installing the dependencies (npm ci)");
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ["npm"];
  const args = [...npm.slice(1), "ci", "--no-audit", "--no-fund", "--loglevel=error"];
  await mustRun("installing the dependencies (npm ci)", npm[0], args);
}

/** Compares dotted versions number by number; a missing number counts as 0. */
export function isAtLeast(version, minimum) {
  const [have, want] = [version, minimum].map((text) =>
    text.split(".").map((part) => Number.parseInt(part, 10)),
  );
  for (let i = 0; i < want.length; i++) {
    if ((have[i] ?? 0) !== want[i]) return (have[i] ?? 0) > want[i];
  }
  return true;
}

/**
 * Whether `installed` (node_modules/.package-lock.json, which npm writes last; null if it is not there) is what
 * `lock` (package-lock.json) says. Optional packages may be missing: they are those of other platforms.
 */
export function isInstalled(lock, installed) {
  if (installed === null) return false;
  const wanted = Object.entries(lock.packages).filter(([path]) => path !== "");
  return (
    wanted.every(([path, { version, integrity, optional }]) => {
      const found = installed.packages[path];
      return found ? found.version === version && found.integrity === integrity : optional === true;
    }) && Object.keys(installed.packages).every((path) => path in lock.packages)
  );
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return null;
    throw error;
  }
}
