// The real programs the end-to-end tests run beside ours, in .cache/peers.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { readArguments } from "./arguments.mjs";
import { Failure, main, mustRun, say } from "./command.mjs";
import { assertLocked, readLock, writeLock } from "./peers/lock.mjs";
import { fetchPackages } from "./peers/packages.mjs";
import { FLOORS, SUITES } from "./peers/recipe.mjs";
import { enterRoot, isAtLeast } from "./setup.mjs";

const USAGE = `usage: node scripts/peers.mjs [--json | --update-lock]

Fetches the real programs that tests and benchmarks run, from Debian's packages into .cache/peers, once, and prints
their versions; afterwards no network is needed. Nothing is installed. Needs root and Debian on x64.

  --json         print {"bin","versions"}, or {"unavailable"}
  --update-lock  accept what Debian has today into scripts/peers.lock.json
  --help         print this

Exit status 0 if they are there, 1 if not, 2 for wrong arguments.
`;
const CACHE = ".cache/peers";

/**
 * Returns `{bin, versions}`: the folder of the programs, and each package's version. Throws a Failure that says why
 * there are none: the wrong system, not root, no mirror, no network.
 */
export async function ensurePeers() {
  assertPossible();
  const folder = resolve(CACHE, recipeId());
  if (!existsSync(folder)) await fetchInto(folder);
  const versions = JSON.parse(await readFile(join(folder, "versions.json"), "utf8"));
  assertFloors(versions);
  return { bin: join(folder, "bin"), versions };
}

function assertPossible() {
  const system = `${process.platform} ${process.arch}`;
  if (system !== "linux x64") throw new Failure(`the real peers run on linux x64, this is ${system}`);
  if (process.getuid() !== 0)
    throw new Failure("the real peers need root: containerd does not run without it");
}

/** A changed recipe is another cache. */
function recipeId() {
  return createHash("sha256").update(JSON.stringify(SUITES)).digest("hex").slice(0, 12);
}

/** Everything is prepared in a folder of this process and renamed at the end: what has the name is complete. */
async function fetchInto(folder) {
  await removePartials();
  const partial = partialFolder();
  try {
    await prepare(partial);
    await rename(partial, folder);
  } catch (error) {
    if (error.code !== "ENOTEMPTY") throw error; // another process was faster
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function prepare(folder) {
  const lock = await readLock();
  const versions = {};
  for (const suite of SUITES) {
    say(`fetching ${suite.packages.join(", ")} from Debian ${suite.suite}`);
    const apt = join(folder, "apt");
    const fetched = await fetchPackages(apt, suite);
    assertLocked(lock[suite.suite], fetched);
    for (const [name, { version, file }] of Object.entries(fetched)) {
      versions[nameHere(suite, name)] = version;
      await mustRun(`unpacking ${name}`, "dpkg-deb", ["-x", join(apt, file), join(folder, suite.suite)]);
    }
    await rm(apt, { recursive: true });
    await linkPrograms(folder, suite);
  }
  await writeFile(join(folder, "versions.json"), JSON.stringify(versions));
}

function partialFolder() {
  return resolve(CACHE, `partial-${process.pid}`);
}

/** Remains of killed runs. */
async function removePartials() {
  await mkdir(CACHE, { recursive: true });
  for (const name of await readdir(CACHE)) {
    const pid = Number(/^partial-(\d+)$/.exec(name)?.[1]);
    if (pid && !existsSync(`/proc/${pid}`)) await rm(join(CACHE, name), { recursive: true });
  }
}

/** Relative links and wrappers: the folder is renamed when it is complete. */
async function linkPrograms(folder, recipe) {
  const { suite, programs, wrapped } = recipe;
  const bin = join(folder, "bin");
  await mkdir(bin, { recursive: true });
  for (const program of programs)
    await symlink(`../${suite}/usr/${program}`, join(bin, nameHere(recipe, basename(program))));
  for (const program of wrapped) {
    const script = `#!/bin/sh
root=$(dirname "$0")/../${suite}
lib=$root/usr/lib/x86_64-linux-gnu
exec "$lib/ld-linux-x86-64.so.2" --library-path "$lib" "$root/usr/${program}" "$@"
`;
    await writeFile(join(bin, basename(program)), script);
    await chmod(join(bin, basename(program)), 0o755);
  }
}

function assertFloors(versions) {
  for (const [name, floor] of Object.entries(FLOORS)) {
    const upstream = versions[name].replace(/^\d+:/, "");
    if (!isAtLeast(upstream, floor))
      throw new Failure(`${name} ${floor} or later is needed, Debian has ${upstream}`);
  }
}

async function updateLock() {
  const folder = partialFolder();
  const lock = {};
  for (const suite of SUITES) lock[suite.suite] = await fetchPackages(join(folder, suite.suite), suite);
  await rm(folder, { recursive: true });
  await writeLock(lock);
}

/** The name by which the tests know a suite's package or program. */
function nameHere({ names }, name) {
  return names[name] ?? name;
}

/** Those that the tests run, as `NAME VERSION`. */
export function versionLines(versions) {
  const ours = SUITES.flatMap((suite) => suite.packages.map((name) => nameHere(suite, name)));
  return ours.map((name) => `${name} ${versions[name]}`);
}

async function peersOrReason() {
  try {
    return await ensurePeers();
  } catch (error) {
    if (error instanceof Failure) return { unavailable: error.message };
    throw error;
  }
}

async function command() {
  const flag = { type: "boolean" };
  const options = readArguments("node scripts/peers.mjs", USAGE, { json: flag, "update-lock": flag });
  enterRoot();
  if (options["update-lock"]) await updateLock();
  else if (options.json) print(JSON.stringify(await peersOrReason()));
  else print(versionLines((await ensurePeers()).versions).join("\n"));
}

function print(text) {
  process.stdout.write(`${text}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main(command);
