// What the native plugin of the npm package is built with, in .cache/toolchain: musl for x64 and arm64 and a compiler for
// arm64, from Debian's packages, unpacked and not installed. `node scripts/toolchain.mjs` fetches them once, and
// an emulator of arm64 for the tests; the compiler for x64 is the machine's own.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { Failure, main, mustRun, run, say } from "./command.mjs";
import { downloadPackages } from "./peers/apt.mjs";
import { enterRoot } from "./setup.mjs";

const CACHE = ".cache/toolchain";
const SUITE = "bookworm";
const ARCHITECTURES = ["amd64", "arm64"];
const PACKAGES = [
  ...["musl-dev:amd64", "musl-dev:arm64", "gcc-12-aarch64-linux-gnu", "cpp-12-aarch64-linux-gnu"],
  ...[
    "binutils-aarch64-linux-gnu",
    "libgcc-12-dev-arm64-cross",
    "libisl23",
    "libmpc3",
    "libmpfr6",
    "libgmp10",
  ],
  ...["libjansson4", "qemu-user-static"],
];

/** The folder it is in once it has been fetched. */
export function toolchainFolder() {
  const recipe = createHash("sha256")
    .update(JSON.stringify([SUITE, PACKAGES]))
    .digest("hex")
    .slice(0, 12);
  return resolve(CACHE, recipe);
}

/**
 * Returns `{targets, emulator}`: for each platform of the package, its compiler, the environment that needs, and where
 * musl is; musl's licence; and the program that runs arm64's executables here. Throws a Failure where they cannot be had.
 */
export async function ensureToolchain() {
  const system = `${process.platform} ${process.arch}`;
  if (system !== "linux x64")
    throw new Failure(`the package's plugins are built on linux x64, this is ${system}`);
  const root = toolchainFolder();
  if (!existsSync(root)) await fetchInto(root);
  const compiler = join(root, "usr/bin/aarch64-linux-gnu-gcc-12");
  const env = { ...process.env, LD_LIBRARY_PATH: join(root, "usr/lib/x86_64-linux-gnu") };
  return {
    targets: [
      await target(root, "linux-x64", "x86_64-linux-musl", await machineCompiler(), process.env),
      await target(root, "linux-arm64", "aarch64-linux-musl", compiler, env),
    ],
    license: join(root, "usr/share/doc/musl-dev/copyright"),
    emulator: join(root, "usr/bin/qemu-aarch64-static"),
  };
}

async function target(root, platform, triplet, compiler, env) {
  const printed = await mustRun(`asking ${compiler}`, compiler, ["-print-file-name=include"], { env });
  const musl = {
    include: join(root, "usr/include", triplet),
    lib: join(root, "usr/lib", triplet),
    compilerInclude: printed.trim(),
  };
  return { platform, compiler, env, musl };
}

async function machineCompiler() {
  for (const compiler of ["cc", "gcc", "clang"]) {
    const { status } = await run(compiler, ["--version"]).catch(() => ({ status: 1 }));
    if (status === 0) return compiler;
  }
  throw new Failure("there is no C compiler for linux x64: Debian's package gcc has one");
}

/** Everything is unpacked in a folder of this process and renamed at the end: what has the name is complete. */
async function fetchInto(root) {
  say(`fetching ${PACKAGES.join(", ")} from Debian ${SUITE}`);
  const partial = `${root}.partial-${process.pid}`;
  const apt = join(partial, "apt");
  try {
    await mkdir(apt, { recursive: true });
    for (const file of await downloadPackages(apt, SUITE, PACKAGES, ARCHITECTURES))
      await mustRun(`unpacking ${file}`, "dpkg-deb", ["-x", join(apt, file), partial]);
    await rm(apt, { recursive: true });
    await rename(partial, root);
  } catch (error) {
    if (error.code !== "ENOTEMPTY") throw error; // another process was faster
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  enterRoot();
  await main(async () => {
    process.stdout.write(
      `${JSON.stringify(await ensureToolchain(), ["targets", "platform", "compiler", "emulator"])}\n`,
    );
  });
}
