// The npm package, packed and installed as people install it: from the file alone, with no registry to ask.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";

import { ROOT } from "../checks/sources.js";
import { executeAsContainerd } from "../support/countersign/plugin.js";
import { readElf } from "../support/elf.js";
import { Parts } from "../support/parts.js";
import { finish, RunningProcess, succeed } from "../support/process.js";
import { startRegistry, type TestRegistry } from "../support/registry/registry.js";
import { descriptorOf, generateKey, makeImage, pushImage, pushSigned } from "../support/sign.js";

const load = (script: string) => import(pathToFileURL(join(ROOT, "scripts", script)).href);

/** Everything in it is one of these. */
const CONTENTS = [
  /^(?:README|ARCHITECTURE|BENCHMARKS|CHANGELOG|SECURITY)\.md$|^LICENSE$|^package\.json$/,
  /^docs\/[\w-]+\.md$/,
  /^docs\/examples\/[\w-]+\.mjs$/,
  /^wit\/verifier\.wit$/,
  /^proto\/countersign\/v1\/verifier\.proto$/,
  /^dist\/bundle\/(?:program\.cjs|policy-loader-thread\.js|LICENSES\.txt)$/,
  /^dist\/component\/(?:countersign\.component\.wasm|verifier\.core\.wasm|verifier\.js)$/,
  /^dist\/component\/(?:verifier|interfaces\/countersign-verifier-verifier)\.d\.ts$/,
  /^dist\/host\/cli\/(?:main|bundled-program)\.cjs$/,
  /^dist\/host\/core\/[\w-]+\.(?:js|d\.ts)$/,
  /^dist\/host\/plugin\/[\w-]+\.js$/,
  /^dist\/plugin\/(?:linux-x64|linux-arm64|LICENSE-musl\.txt)$/,
];
const PACKED_LIMIT = 1024 * 1024;
const UNPACKED_LIMIT = 4 * 1024 * 1024;
/** Members of package.json by which npm would run something, fetch something or refuse to publish. */
const UNWANTED = ["scripts", "private", "gypfile"];

/** What is installed on which machine, as Node.js calls it; riscv64 is one that there is no plugin for. */
const PLUGINS = [
  { architecture: "x64", options: [], installed: "it is the native plugin for linux-x64" },
  { architecture: "arm64", options: [], installed: "it is the native plugin for linux-arm64" },
  { architecture: "riscv64", options: [], installed: "it runs on /" },
  { architecture: "x64", options: ["--on-node"], installed: "it runs on /" },
] as const;

describe("the npm package", () => {
  let setting: Setting;
  let parts: Parts | undefined;
  let unavailable: string | undefined;
  before(async () => {
    const { Failure } = await load("command.mjs");
    try {
      await Parts.gather(async (gathered) => {
        parts = gathered;
        setting = await arrange(gathered);
      });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      unavailable = (error as Error).message;
      parts = undefined;
    }
  });
  after(() => parts?.stop());

  const scenario = (title: string, body: () => Promise<void>) =>
    test(title, async (t: TestContext) => (unavailable === undefined ? await body() : t.skip(unavailable)));

  scenario("packed twice, it is the same bytes", async () => {
    const again = await pack(join(setting.folder, "again"));
    assert.ok((await readFile(again)).equals(await readFile(setting.tarball)));
  });

  scenario("it has what is used and nothing else, and is small", async () => {
    const files = await filesOf(setting.installed);
    const others = [...files.keys()].filter((path) => !CONTENTS.some((pattern) => pattern.test(path)));
    assert.deepEqual(others, []);
    for (const pattern of CONTENTS)
      assert.ok(
        [...files.keys()].some((path) => pattern.test(path)),
        `${pattern}`,
      );
    assert.ok((await readFile(setting.tarball)).length < PACKED_LIMIT);
    const size = [...files.values()].reduce((total, content) => total + content.length, 0);
    assert.ok(size < UNPACKED_LIMIT, `${size} bytes`);
  });

  scenario("no file in it names a folder of the machine it was packed on", async () => {
    const folders = [ROOT.replace(/\/$/, ""), join(tmpdir(), "countersign-"), setting.folder];
    for (const [path, content] of await filesOf(setting.installed))
      assert.deepEqual([path, folders.filter((folder) => content.includes(folder))], [path, []]);
  });

  scenario("npm has nothing to run, to fetch or to refuse", async () => {
    const manifest = JSON.parse(await readFile(join(setting.installed, "package.json"), "utf8"));
    const members = Object.keys(manifest).filter(
      (member) => /dependencies$/i.test(member) || UNWANTED.includes(member),
    );
    assert.deepEqual(members, []);
    assert.deepEqual(await readdir(join(setting.prefix, "lib/node_modules")), ["countersign"]);
  });

  scenario("with install scripts allowed and without, the same files are installed", async () => {
    const prefix = join(setting.folder, "without-scripts");
    await npm(setting.folder, "install", "--global", "--prefix", prefix, "--ignore-scripts", setting.tarball);
    const other = join(prefix, "lib/node_modules/countersign");
    assert.deepEqual(digests(await filesOf(other)), digests(await filesOf(setting.installed)));
    assert.equal(await succeed(join(prefix, "bin/countersign"), ["--version"]), setting.version);
  });

  scenario("the command runs, and judges", async () => {
    assert.equal(await succeed(setting.command, ["--version"]), setting.version);
    for (const [image, status, code] of [
      ["signed", 0, "accepted"],
      ["unsigned", 1, "no-signature"],
    ] as const) {
      const verdict = await finish(setting.command, [
        ...["verify", "--json", "--policy", setting.policy],
        `${setting.registry.host}/${image}:1`,
      ]);
      assert.equal(verdict.status, status, verdict.stderr);
      assert.equal(JSON.parse(verdict.stdout).code, code);
    }
  });

  for (const { architecture, options, installed } of PLUGINS) {
    scenario(
      `plugin install on ${architecture} ${options.join("")}: ${installed}, which carries verdicts`,
      async () => {
        const folder = join(setting.folder, `${architecture}${options.join("")}`);
        const binDir = join(folder, "bin");
        await mkdir(binDir, { recursive: true, mode: 0o755 });
        const socket = join(folder, "verifier.sock");
        const where = ["--bin-dir", binDir, "--socket", socket];
        const said = await succeed(process.execPath, [
          ...[
            "--import",
            `data:text/javascript,Object.defineProperty(process,"arch",{value:"${architecture}"})`,
          ],
          ...[setting.command, "plugin", "install", ...where, ...options],
        ]);
        assert.ok(said.includes(installed), said);
        const entry = join(binDir, "00-countersign");
        const plugin = architecture === "arm64" ? await emulated(folder, entry) : entry;

        await serving(setting, setting.policy, socket, async () => {
          assert.equal((await ask(setting, plugin, "signed")).status, 0);
          const denied = await ask(setting, plugin, "unsigned");
          assert.equal(denied.status, 1);
          assert.match(denied.stdout, /^no-signature: /);
        });
      },
    );
  }

  scenario("its daemon puts a changed policy in force, loaded by a thread of its own", async () => {
    const policy = join(setting.folder, "changing.json");
    await writeFile(policy, '{"default":[{"type":"insecureAcceptAnything"}]}');
    await serving(setting, policy, join(setting.folder, "changing.sock"), async (daemon) => {
      await writeFile(policy, '{"default":[{"type":"reject"}]}');
      await daemon.until(
        "the policy is not reloaded",
        () => daemon.output.split("policy in force").length > 2,
      );
      assert.ok(!daemon.output.includes("loaded while others wait"), daemon.output);
    });
  });

  scenario("its native plugins are static executables for x64 and arm64", async () => {
    for (const [platform, machine] of [
      ["linux-x64", 62],
      ["linux-arm64", 183],
    ] as const) {
      const file = await readFile(join(setting.installed, "dist/plugin", platform));
      assert.deepEqual(readElf(file), { machine, isStatic: true });
    }
  });

  scenario("install writes units that run the installed program", async () => {
    const root = join(setting.folder, "node");
    await mkdir(root);
    await succeed(setting.command, ["install", "--root", root]);
    const unit = await readFile(join(root, "etc/systemd/system/countersign.service"), "utf8");
    const program = `${process.execPath} ${join(setting.installed, "dist/host/cli/main.cjs")} serve `;
    assert.ok(unit.includes(`ExecStart=${program}`), unit);
  });

  scenario("as a dependency, it is compiled against and judges", async () => {
    const project = await setting.project();
    await compile(project, "embedder.ts", ["ES2023"]);
    const judge = (image: string) =>
      succeed(process.execPath, ["embedder.js", setting.policy, `${setting.registry.host}/${image}:1`], {
        cwd: project,
      });
    const digest = IMAGE.digest;
    const policyDigest = (
      await succeed(setting.command, ["policy", "digest", "--policy", setting.policy])
    ).trim();
    const signed = JSON.parse(await judge("signed"));
    assert.deepEqual(signed, { ok: true, code: "accepted", digest, policyDigest });
    const unsigned = JSON.parse(await judge("unsigned"));
    assert.deepEqual(unsigned, { ok: false, code: "no-signature", digest, policyDigest });
  });

  scenario("its component can be had alone, and nothing that is not exported", async () => {
    const project = await setting.project();
    await compile(project, "component-user.ts", ["ES2023", "DOM"]);
    assert.match(
      await succeed(process.execPath, ["component-user.js"], { cwd: project }),
      /^sha256:[0-9a-f]{64}$/m,
    );
    const within = (code: string) =>
      finish(process.execPath, ["--input-type=module", "--eval", code], { cwd: project });
    for (const name of ["verifier.wit", "verifier.component.wasm", "package.json"]) {
      const found = await within(`process.stdout.write(import.meta.resolve("countersign/${name}"))`);
      assert.notEqual((await readFile(new URL(found.stdout))).length, 0);
    }
    const deep = await within(`import "countersign/dist/host/core/core.js"`);
    assert.match(deep.stderr, /ERR_PACKAGE_PATH_NOT_EXPORTED/);
  });
});

const IMAGE = makeImage({ seed: "packed" });

/** Starts the installed daemon, and stops it when `body` is over. */
async function serving(
  { command }: Setting,
  policy: string,
  socket: string,
  body: (daemon: RunningProcess) => Promise<void>,
): Promise<void> {
  const serve = ["serve", "--policy", policy, "--socket", socket];
  const daemon = await RunningProcess.start(command, serve, ({ output }) => /^listening on /m.test(output));
  try {
    await body(daemon);
  } finally {
    await daemon.stop();
  }
}

function ask({ registry }: Setting, plugin: string, name: string) {
  return executeAsContainerd(plugin, {
    name: `${registry.host}/${name}:1`,
    digest: IMAGE.digest,
    descriptor: JSON.stringify(descriptorOf(IMAGE)),
  });
}

/** A program that runs one of arm64 here. */
async function emulated(folder: string, program: string): Promise<string> {
  const { emulator } = await (await load("toolchain.mjs")).ensureToolchain();
  const script = join(folder, "emulated");
  await writeFile(script, `#!/bin/sh\nexec '${emulator}' '${program}' "$@"\n`, { mode: 0o755 });
  return script;
}

interface Setting {
  readonly folder: string;
  readonly tarball: string;
  readonly prefix: string;
  /** The folder of the package. */
  readonly installed: string;
  readonly command: string;
  /** What the command says of itself. */
  readonly version: string;
  readonly policy: string;
  /** With an image called `signed`, and one called `unsigned`. */
  readonly registry: TestRegistry;
  /** A project that depends on the package; made once. */
  project(): Promise<string>;
}

async function arrange(parts: Parts): Promise<Setting> {
  const { folder } = parts;
  const tarball = await pack(folder);
  const prefix = join(folder, "prefix");
  await npm(folder, "install", "--global", "--prefix", prefix, tarball);
  const registry = await startRegistry();
  parts.add({ stop: () => registry.close() });
  const { privateKey, publicPem } = generateKey();
  for (const name of ["signed", "unsigned"]) pushImage(registry, name, IMAGE, "1");
  pushSigned(registry, "signed", IMAGE.digest, privateKey);
  const keyPath = join(folder, "team.pub");
  await writeFile(keyPath, publicPem);
  const policy = join(folder, "policy.json");
  const signedIdentity = { type: "matchRepository" };
  await writeFile(policy, JSON.stringify({ default: [{ type: "sigstoreSigned", keyPath, signedIdentity }] }));
  const { version } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
  let project: Promise<string> | undefined;
  return {
    ...{ folder, tarball, prefix, policy, registry },
    installed: join(prefix, "lib/node_modules/countersign"),
    command: join(prefix, "bin/countersign"),
    version: `countersign ${version}\n`,
    project: () => {
      project ??= dependingOn(tarball, join(folder, "project"));
      return project;
    },
  };
}

/** Packs what is built, with a stage of its own: other tests may be reading what is in dist. */
async function pack(folder: string): Promise<string> {
  return await (await load("package.mjs")).makePackage(folder, join(folder, "stage"));
}

async function dependingOn(tarball: string, project: string): Promise<string> {
  await mkdir(project);
  await writeFile(join(project, "package.json"), '{ "type": "module", "private": true }');
  await npm(project, "install", tarball);
  return project;
}

/** Without a registry, a cache or settings of this machine: all there is is the file. */
async function npm(cwd: string, ...args: readonly string[]): Promise<void> {
  const home = join(cwd, "home");
  const program = process.env["npm_execpath"] ? [process.execPath, process.env["npm_execpath"]] : ["npm"];
  const options = ["--offline", "--cache", join(home, "cache"), "--userconfig", join(home, "npmrc")];
  const env = { PATH: process.env["PATH"], HOME: home };
  await succeed(program[0] ?? "", [...program.slice(1), ...args, ...options], { cwd, env });
}

/** Compiles a program of tests/e2e/npm-package in the project, with all of the package's declarations checked. */
async function compile(project: string, program: string, lib: readonly string[]): Promise<void> {
  await cp(join(ROOT, "tests/e2e/npm-package", program), join(project, program));
  const compilerOptions = {
    ...{ strict: true, skipLibCheck: false, module: "NodeNext", target: "ES2022", lib },
    ...{ types: ["node"], typeRoots: [join(ROOT, "node_modules/@types")] },
  };
  await writeFile(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: [program] }));
  const { status, stdout } = await finish(
    process.execPath,
    [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", "."],
    { cwd: project },
  );
  assert.equal(status, 0, stdout);
}

/** Of a folder, by path. */
async function filesOf(folder: string): Promise<ReadonlyMap<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const contents = await Promise.all(files.sort().map((path) => readFile(path)));
  return new Map(files.map((path, i) => [path.slice(folder.length + 1), contents[i] ?? Buffer.alloc(0)]));
}

function digests(files: ReadonlyMap<string, Buffer>): readonly string[] {
  return [...files].map(([path, content]) => `${path} ${createHash("sha256").update(content).digest("hex")}`);
}
