import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

const HERE = import.meta.url;

/** What a module prints that is run in a process which may have 64 files open, and has them. */
function withoutFiles(module: string): string {
  const script = `
    import { closeSync, openSync } from "node:fs";
    const files = [];
    const exhaust = () => { try { for (;;) files.push(openSync("/dev/null")); } catch {} };
    const release = () => { while (files.length > 0) closeSync(files.pop()); };
    ${module}`;
  const command = `ulimit -n 64; exec "$0" --input-type=module --eval "$1"`;
  return execFileSync("sh", ["-c", command, process.execPath, script], { encoding: "utf8" });
}

const pathOf = (module: string) => JSON.stringify(new URL(`../../../host/${module}`, HERE).href);

test("measurement-failed: a command that cannot be started for want of files, and is asked again", () => {
  const printed = withoutFiles(`
    import { MeasurementCommand } from ${pathOf("service/measurement.js")};
    const log = { info() {}, warn() {}, error() {} };
    const options = { command: ["true"], required: true, coreDigest: "sha256:c", log };
    const measurement = new MeasurementCommand(options);
    const judgement = { policyDigest: "sha256:p", name: "a/b:c", digest: "sha256:d", transport: "docker", scope: "" };
    exhaust();
    console.log(await measurement.imageAccepted(judgement).catch((error) => String(error)));
    release();
    console.log(await measurement.imageAccepted(judgement));`);
  assert.equal(printed, "MeasurementFailed: it does not start: EMFILE\ntrue\n");
});

test("a credential helper that cannot be started for want of files ends nothing else", () => {
  const printed = withoutFiles(`
    import { execute } from ${pathOf("registry/credentials/executable.js")};
    exhaust();
    const wish = { args: [], input: "", timeoutMs: 50 };
    console.log(await execute("true", wish).catch((error) => String(error)));
    release();
    await new Promise((resolve) => setTimeout(resolve, 100));
    console.log((await execute("true", { ...wish, timeoutMs: 20_000 })).status);`);
  assert.equal(printed, "CredentialError: true: does not start (emfile)\n0\n");
});
