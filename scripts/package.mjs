// npm run package: everything built, and countersign-VERSION.tgz as it is installed and published, with the native plugin
// for x64 and arm64. What it needs of others is in the bundle, so that installing it fetches nothing, and it has no
// scripts. (`npm pack` alone packs what happens to be built; npm runs no prepack here, see .npmrc.)
import { createHash } from "node:crypto";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { readArguments } from "./arguments.mjs";
import { ensureBuilt } from "./build.mjs";
import { buildForPackage } from "./build-plugin.mjs";
import { Failure, main, mustRun, say } from "./command.mjs";
import { enterRoot } from "./setup.mjs";
import { ensureToolchain } from "./toolchain.mjs";

const USAGE = `usage: npm run package [-- --out DIR]

Builds everything and writes countersign-VERSION.tgz, for "npm install -g". Needs Debian on x64, for the compilers of
the native plugin.

  --out DIR  where to write it (default: the current folder)
  --help     print this

Prints the file's path. Exit status 0 if it is there, 1 if it could not be made, 2 for wrong arguments.
`;
const STAGE = "build/package";
/** Members of package.json that are about this checkout. */
const OF_THE_CHECKOUT = ["devDependencies", "overrides", "scripts", "files"];

/** Returns the path of the package, made in `out` from what is built, by way of the folder `stage`. */
export async function makePackage(out, stage = STAGE) {
  enterRoot();
  await rm(stage, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const { files } = await pack(".", "--dry-run");
  for (const { path: file } of files) {
    await mkdir(dirname(join(stage, file)), { recursive: true });
    await cp(file, join(stage, file));
  }
  await rm(join(stage, "dist/plugin"), { recursive: true, force: true });
  await buildForPackage(join(stage, "dist/plugin"));
  await cp((await ensureToolchain()).license, join(stage, "dist/plugin/LICENSE-musl.txt"));

  const manifest = JSON.parse(await readFile("package.json", "utf8"));
  const listed = manifest.files;
  for (const member of OF_THE_CHECKOUT) delete manifest[member];
  await writeFile(join(stage, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);

  const packed = await pack(stage, "--pack-destination", resolve(out));
  assertComplete(
    listed,
    packed.files.map(({ path }) => path),
  );
  return join(out, packed.filename);
}

/** npm silently skips listed files that do not exist. */
function assertComplete(listed, packed) {
  const missing = listed.filter(
    (entry) => !packed.some((path) => path.startsWith(entry.replace(/\*.*$/, ""))),
  );
  if (missing.length > 0) throw new Failure(`package.json lists ${missing.join(", ")}, which is not there`);
}

/** npm's own account of what it packed, or would pack. */
async function pack(folder, ...options) {
  const args = ["pack", resolve(folder), "--ignore-scripts", "--json", "--loglevel=error", ...options];
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ["npm"];
  const [account] = JSON.parse(await mustRun("npm pack", npm[0], [...npm.slice(1), ...args]));
  return account;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(async () => {
    const { out } = readArguments("npm run package", USAGE, { out: { type: "string", default: "." } });
    const folder = resolve(out);
    await ensureBuilt();
    const file = await makePackage(folder);
    const content = await readFile(file);
    say(`${content.length} bytes, sha256:${createHash("sha256").update(content).digest("hex")}`);
    process.stdout.write(`${file}\n`);
  });
}
