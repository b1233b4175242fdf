// The native plugins of the npm package, built with musl from Debian's packages: the one for arm64 in an emulator.
import assert from "node:assert/strict";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";

import { recordInNative } from "../../host/plugin/installation/native.js";
import { ROOT } from "../checks/sources.js";
import { accept, accepted, fakeDaemon, framed, privateFolder, send } from "../host/plugin/fake-daemon.js";
import { ARGUMENTS, execute } from "../host/plugin/installed-plugin.js";
import { readElf } from "../support/elf.js";

const load = (script: string) => import(pathToFileURL(join(ROOT, "scripts", script)).href);

/** `machine` is that of the ELF header; `emulator` runs its programs here. */
const PLATFORMS = [
  { platform: "linux-x64", machine: 62, emulator: null },
  { platform: "linux-arm64", machine: 183, emulator: "emulator" },
] as const;

describe("the plugins of the package", () => {
  let built: Readonly<Record<string, string>> = {};
  let emulator = "";
  let unavailable: string | undefined;
  before(async () => {
    const { Failure } = await load("command.mjs");
    try {
      built = await (await load("build-plugin.mjs")).buildForPackage("build/plugin-package");
      ({ emulator } = await (await load("toolchain.mjs")).ensureToolchain());
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      unavailable = (error as Error).message;
    }
  });

  for (const { platform, machine, ...rest } of PLATFORMS) {
    test(`${platform}: static, small, and it allows and denies as it is told`, async (t) => {
      if (unavailable !== undefined) return t.skip(unavailable);
      const file = readFileSync(built[platform] ?? assert.fail("not built"));
      assert.deepEqual(readElf(file), { machine, isStatic: true });
      assert.ok(file.length < 128 * 1024, `${file.length} bytes`);

      const installed = async (socket: string) => {
        const path = join(privateFolder(t), "plugin");
        const recorded = recordInNative(file, { socket, owner: process.getuid?.() ?? 0, deadlineMs: 9_000 });
        writeFileSync(path, recorded);
        chmodSync(path, 0o755);
        if (rest.emulator === null) return execute(path);
        return execute(emulator, { args: [path, ...ARGUMENTS] });
      };
      assert.deepEqual(await installed(await fakeDaemon(t, accept)), {
        status: 0,
        stdout: "accepted: signed by key 1\n",
      });
      const denying = await fakeDaemon(t, (stream, request) => {
        send(stream, framed(accepted(request, { ok: false, code: "no-signature", reason: "é\n" })));
      });
      assert.deepEqual(await installed(denying), { status: 1, stdout: "no-signature: é\\u{a}\n" });
      const swapped = await fakeDaemon(t, (stream, request) => {
        send(stream, framed(accepted(request, { nonce: Buffer.alloc(16) })));
      });
      assert.equal((await installed(swapped)).status, 1);
    });
  }
});
