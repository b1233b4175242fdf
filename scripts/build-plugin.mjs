// plugin/plugin.c → dist/plugin/linux-x64 (or -arm64), a static executable for this machine, if there is a C compiler.
// It is linked with musl if that is there (on the machine or in .cache/toolchain), else with the compiler's own
// library: glibc asks the processor for its features at start, which a virtual machine answers slowly, half a
// millisecond in all. `--package`: for x64 and arm64, with musl, as in the npm package; this needs Debian's packages
// (toolchain.mjs).
import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { Failure, main, mustRun, run, say } from "./command.mjs";
import { enterRoot } from "./setup.mjs";
import { ensureToolchain, toolchainFolder } from "./toolchain.mjs";

const SOURCE = "plugin/plugin.c";
const OUT = "dist/plugin";
/** Records what was built last, and by which compiler; also that nothing could be built. */
const RECORD = join(OUT, "built.json");

export const WARNINGS = ["-std=gnu11", "-Wall", "-Wextra", "-Wconversion"];
const FLAGS = [...WARNINGS, "-O2", "-s", "-static", "-fstack-protector-strong", "-D_FORTIFY_SOURCE=2"];

/** The compiler of this machine that links statically, and the arguments it takes for that; null: there is none. */
async function localCompiler() {
  const named = process.env.CC ? [process.env.CC] : ["musl-gcc", "cc", "gcc", "clang"];
  for (const compiler of named) if (await links(compiler)) return compiler;
  return null;
}

async function links(compiler) {
  const source = join(OUT, "probe.c");
  const probe = join(OUT, "probe");
  await writeFile(source, '#include <stdlib.h>\nint main(void) { return getenv("x") != NULL; }\n');
  const { status } = await run(compiler, ["-static", "-o", probe, source]).catch(() => ({ status: 1 }));
  await Promise.all([rm(source, { force: true }), rm(probe, { force: true })]);
  return status === 0;
}

/** Compiles the plugin to `output`; `argumentsFor` gives the compiler's arguments for source and output. */
async function compile(output, compiler, argumentsFor, env) {
  const partial = `${output}.partial`;
  await mustRun(`compiling ${output}`, compiler, argumentsFor(partial), { env });
  await rename(partial, output);
}

/** With another C library than the compiler's own: its headers, its start files, its archive. */
export function muslArguments({ include, lib, compilerInclude }, output) {
  const start = ["crt1.o", "crti.o"].map((file) => join(lib, file));
  return [
    ...[...FLAGS, "-nostdinc", "-isystem", include, "-isystem", compilerInclude],
    ...["-nostartfiles", "-nodefaultlibs", "-o", output, ...start, SOURCE, `-L${lib}`],
    ...["-Wl,--start-group", "-lc", "-lgcc", "-Wl,--end-group", join(lib, "crtn.o")],
  ];
}

async function buildForThisMachine() {
  if (process.platform !== "linux") return {};
  const name = `linux-${process.arch}`;
  const compiler = await localCompiler();
  if (compiler === null) {
    say("no C compiler that links statically: the plugin will run on Node.js");
    return {};
  }
  const fetched = process.env.CC
    ? undefined
    : (await fetchedTargets()).find(({ platform }) => platform === name);
  if (fetched !== undefined) {
    await compile(
      join(OUT, name),
      fetched.compiler,
      (output) => muslArguments(fetched.musl, output),
      fetched.env,
    );
    return { [name]: `${fetched.compiler}, musl` };
  }
  await compile(join(OUT, name), compiler, (output) => [...FLAGS, "-o", output, SOURCE]);
  return { [name]: compiler };
}

/** What .cache/toolchain builds for, if it has been fetched; nothing is fetched for a build. */
async function fetchedTargets() {
  if (process.arch !== "x64" || !existsSync(toolchainFolder())) return [];
  return (await ensureToolchain()).targets;
}

/** Both platforms; returns their files by name. */
export async function buildForPackage(out = OUT) {
  enterRoot();
  await mkdir(out, { recursive: true });
  const built = {};
  for (const { platform, compiler, env, musl } of (await ensureToolchain()).targets) {
    built[platform] = join(out, platform);
    await compile(built[platform], compiler, (output) => muslArguments(musl, output), env);
  }
  return built;
}

async function build(option) {
  enterRoot();
  await mkdir(OUT, { recursive: true });
  let built;
  if (option === "--package") built = await buildForPackage();
  else if (option === undefined) built = await buildForThisMachine();
  else throw new Failure(`unknown option ${option}`);
  await writeFile(RECORD, `${JSON.stringify(built)}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main(() => build(process.argv[2]));
