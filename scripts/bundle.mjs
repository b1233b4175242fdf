// dist/host/cli and all it needs → dist/bundle: one file, and V8's code cache for it, made after using it once; and the
// program of a thread it starts.
import { spawnSync } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";
import { main, say } from "./command.mjs";
import { licenseTexts } from "./licenses.mjs";

const FOLDER = "dist/bundle";

/** What ES modules know about themselves, for a CommonJS file. */
const PROLOGUE =
  'const moduleUrl = require("node:url").pathToFileURL(__filename).href;' +
  'const resolveModule = (name) => require("node:url").pathToFileURL(require.resolve(name)).href;';

/** Names are kept: the component's errors are recognised by theirs. */
const OPTIONS = {
  entryPoints: ["dist/host/cli/run.js"],
  outfile: `${FOLDER}/program.cjs`,
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: "none", // LICENSES.txt has all there is
  metafile: true,
  define: { "import.meta.url": "moduleUrl", "import.meta.resolve": "resolveModule" },
  banner: { js: PROLOGUE },
  logLevel: "warning",
};

const THREAD_OPTIONS = {
  entryPoints: ["dist/host/service/policy-loader-thread.js"],
  outfile: `${FOLDER}/policy-loader-thread.js`,
  bundle: true,
  platform: "node",
  target: "node20",
  format: "esm",
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: "none", // nothing of others is in it
  logLevel: "warning",
};

await main(async () => {
  await rm(FOLDER, { recursive: true, force: true });
  const [{ metafile }] = await Promise.all([build(OPTIONS), build(THREAD_OPTIONS)]);
  await writeFile(`${FOLDER}/LICENSES.txt`, await licenseTexts(Object.keys(metafile.inputs)));
  const rehearsal = fileURLToPath(new URL("rehearse.mjs", import.meta.url));
  const env = { PATH: process.env.PATH, HOME: "/nonexistent", COSIGN_PASSWORD: "" };
  const { status, stderr } = spawnSync(process.execPath, [rehearsal], { env, encoding: "utf8" });
  if (status !== 0) say(`no code cache, the program starts more slowly: ${stderr.trim().split("\n").at(-1)}`);
});
