// sources → dist/, one step after another; a step is skipped while its inputs are what they were.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { readArguments } from "./arguments.mjs";
import { main, mustRun, say } from "./command.mjs";
import { ensureInstalled } from "./setup.mjs";
import { toolchainFolder } from "./toolchain.mjs";

const USAGE = `usage: npm run build

Installs the dependencies (npm ci) and builds into dist/, each where it is out of date.

  --help  print this

Exit status 0 if everything is built, 1 if not, 2 for wrong arguments.
`;

const ARITHMETIC = {
  name: "arithmetic",
  inputs: ["scripts/generate-arithmetic.mjs", "scripts/arithmetic"],
  output: "assembly/curve/generated/p256.ts",
  command: ["scripts/generate-arithmetic.mjs"],
};
const CORE = {
  name: "core",
  inputs: [
    "assembly",
    "wit",
    "asconfig.json",
    "scripts/build-core.mjs",
    "scripts/canonical-names.mjs",
    "scripts/component-glue.mjs",
    "scripts/exported-globals.mjs",
  ],
  output: "dist/component/verifier.js",
  command: ["scripts/build-core.mjs"],
};
const PROBES = {
  name: "probes",
  inputs: ["assembly", "tests/core/plain", "scripts/build-probe.mjs", "scripts/arithmetic"],
  output: "build/probe",
  command: ["scripts/build-probe.mjs"],
};
const HOST = {
  name: "host",
  inputs: ["host", "tests", "tsconfig.json", "dist/component/interfaces"],
  output: "dist/host/cli/run.js",
  command: ["node_modules/typescript/bin/tsc", "-p", "tsconfig.json"],
  after: removeOrphans,
};
/** For embedders: the types of what they import. */
const DECLARATIONS = {
  name: "declarations",
  inputs: ["host/core", "tsconfig.json", "tsconfig.embedding.json", "dist/component/interfaces"],
  output: "dist/host/core/embedding.d.ts",
  command: ["node_modules/typescript/bin/tsc", "-p", "tsconfig.embedding.json"],
};
/** Runs whenever the host is compiled: a bundle older than its sources is not used. */
const PROGRAM = {
  name: "program",
  inputs: [
    ...HOST.inputs,
    "dist/component",
    "scripts/bundle.mjs",
    "scripts/licenses.mjs",
    "scripts/rehearse.mjs",
  ],
  output: "dist/bundle/program.cjs",
  command: ["scripts/bundle.mjs"],
};
/** Is there in any case: it says what was built, which may be nothing. */
const PLUGIN = {
  name: "plugin",
  inputs: ["plugin", "scripts/build-plugin.mjs", "scripts/toolchain.mjs"],
  variant: () => (existsSync(toolchainFolder()) ? "musl" : "the compiler's own library"),
  output: "dist/plugin/built.json",
  command: ["scripts/build-plugin.mjs"],
};
const FINGERPRINTS = "build/fingerprints.json";

/** Installs the dependencies and builds everything that is not up to date. */
export async function ensureBuilt() {
  await ensureInstalled();
  await mkdir("build", { recursive: true });
  const built = await readFile(FINGERPRINTS, "utf8").then(JSON.parse, () => ({}));
  await buildStep(ARITHMETIC, built);
  // The host is compiled against the core's types; the others are nobody's input.
  await Promise.all([
    buildStep(CORE, built)
      .then(() => buildStep(HOST, built))
      .then(() => buildStep(DECLARATIONS, built))
      .then(() => buildStep(PROGRAM, built)),
    buildStep(PROBES, built),
    buildStep(PLUGIN, built),
  ]);
}

/** `built`: by step, the fingerprint of the inputs it was last built from. */
async function buildStep({ name, inputs, output, command, after, variant }, built) {
  const files = await fingerprintOf([...inputs, "package-lock.json"]);
  const fingerprint = variant === undefined ? files : `${files} ${variant()}`;
  if (built[name] === fingerprint && existsSync(output)) return;
  say(`building ${name}`);
  await mustRun(`building ${name}`, process.execPath, command);
  await after?.();
  built[name] = fingerprint;
  await writeFile(FINGERPRINTS, JSON.stringify(built));
}

/** SHA-256 over the names and contents of all files at or below `paths`. */
async function fingerprintOf(paths) {
  const hash = createHash("sha256");
  for (const path of paths) {
    for (const file of await filesBelow(path)) {
      const content = await readFile(file);
      hash.update(`${file} ${content.length}\n`).update(content);
    }
  }
  return hash.digest("hex");
}

async function filesBelow(path) {
  const stats = await stat(path).catch(() => null);
  if (stats === null) return [];
  if (!stats.isDirectory()) return [path];
  const names = (await readdir(path)).sort();
  return (await Promise.all(names.map((name) => filesBelow(join(path, name))))).flat();
}

/** tsc leaves what it made of sources that are gone: a deleted test would still run. */
async function removeOrphans() {
  for (const file of [...(await filesBelow("dist/host")), ...(await filesBelow("dist/tests"))]) {
    const source = file.replace(/^dist\//, "").replace(/\.(c?)js$/, ".$1ts");
    if (/\.c?js$/.test(file) && !existsSync(source)) await rm(file);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href)
  await main(() => {
    readArguments("npm run build", USAGE);
    return ensureBuilt();
  });
