import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { offlineWish } from "../../../host/cli/offline-options.js";
import { parseGiven } from "../../../host/cli/parse.js";
import { REGISTRY_OPTIONS } from "../../../host/cli/registry-options.js";
import { UsageError } from "../../../host/cli/usage-error.js";
import verify from "../../../host/cli/verify.js";
import { digestOf } from "../../../host/oci/digest.js";
import { OCI_MANIFEST } from "../../../host/oci/media-types.js";
import { startRegistry } from "../../support/registry/registry.js";
import { archiveFor } from "../layout/setup.js";
import { IMAGE, imageEntry, KEY, layoutOf, SIGNED, signatureEntry, writeFolder } from "../offline/setup.js";
import {
  ACCEPT_ALL,
  assertUsageError,
  finish,
  policyFile,
  REJECT_ALL,
  runCli,
  startCli,
  temporaryFolder,
} from "./run-cli.js";
import { noTerminal, onTerminal } from "./terminal.js";

const NAME = "registry.example/team/app:v1";
const MIB = 1024 * 1024;

function signedPolicy(t: TestContext, scope = "registry.example"): string {
  const keyData = Buffer.from(KEY.publicPem).toString("base64");
  const requirement = { type: "sigstoreSigned", keyData, signedIdentity: { type: "matchRepository" } };
  return policyFile(t, { ...REJECT_ALL, transports: { docker: { [scope]: [requirement] } } });
}

test("an image in a folder or an archive is judged: one line, exit status 0 or 1", async (t) => {
  const policy = signedPolicy(t);
  const archive = await archiveFor(t, SIGNED);
  for (const source of [
    `oci:${await writeFolder(t, SIGNED)}:v1`,
    `oci-archive:${archive}`,
    `docker-archive:${archive}`,
  ]) {
    const { status, stdout } = await runCli(["verify", "--policy", policy, "--source", source, NAME]);
    assert.ok(stdout.startsWith(`allowed ${NAME}@${IMAGE.digest} accepted: signed as `), stdout);
    assert.equal(stdout.split("\n").length, 2);
    assert.equal(status, 0);
  }
  const unsigned = `oci:${await writeFolder(t, layoutOf(imageEntry(IMAGE)))}`;
  const denied = await runCli(["verify", "--policy", policy, "--source", unsigned, NAME]);
  assert.match(denied.stdout, /^denied \S+ no-signature: /);
  assert.equal(denied.status, 1);
  const signatures = `oci:${await writeFolder(t, layoutOf(signatureEntry(IMAGE)))}`;
  const beside = ["verify", "--policy", policy, "--source", unsigned, "--signatures", signatures, NAME];
  assert.equal((await runCli(beside)).status, 0);
});

test("no network is touched, not even where the name's registry would answer", async (t) => {
  const registry = await startRegistry();
  t.after(() => registry.close());
  const log = join(temporaryFolder(t), "network");
  const watcher = fileURLToPath(new URL("network-watch.js", import.meta.url));
  const env = { NODE_OPTIONS: `--import ${watcher}`, NETWORK_LOG: log };
  const name = `${registry.host}/team/app:v1`;
  const folder = await writeFolder(t, SIGNED);
  const policy = policyFile(t, ACCEPT_ALL);
  const signed = signedPolicy(t, registry.host);
  const target = join(temporaryFolder(t), "copy");
  for (const args of [
    ["--policy", policy, "--source", `oci:${folder}`, "--copy-to", target, name],
    ["--policy", policy, "--source", `oci-archive:${await archiveFor(t, SIGNED)}`, name],
    ["--policy", signed, "--source", `oci:${folder}`, "--signatures", `oci:${folder}`, name],
  ]) {
    const { stdout } = await runCli(["verify", ...args], env);
    assert.match(stdout, /^(?:allowed|denied \S+ identity-mismatch)/);
  }
  assert.equal(existsSync(log), false, existsSync(log) ? readFileSync(log, "utf8") : "");
  assert.deepEqual(registry.requests, []);
  // The same without --source is seen, by both.
  await runCli(["verify", "--policy", signed, name], env);
  assert.match(readFileSync(log, "utf8"), /a connection/);
  assert.notDeepEqual(registry.requests, []);
});

test("--json: the members scripts rely on, and what was judged is recorded", async (t) => {
  const audit = join(temporaryFolder(t), "audit");
  const source = `oci:${await writeFolder(t, SIGNED)}`;
  const args = ["--policy", signedPolicy(t), "--json", "--audit-log", audit, "--source", source, NAME];
  const verdict = JSON.parse((await runCli(["verify", ...args])).stdout);
  const { ok, code, name, digest, transport } = verdict;
  assert.deepEqual([ok, code, name, digest, transport], [true, "accepted", NAME, IMAGE.digest, "docker"]);
  assert.match(verdict.signer, /^[0-9a-f]{64}$/);
  const missing = [
    "--policy",
    signedPolicy(t),
    "--json",
    "--audit-log",
    audit,
    "--source",
    "oci:/nowhere",
    NAME,
  ];
  const refused = await runCli(["verify", ...missing]);
  assert.equal(JSON.parse(refused.stdout).code, "source-unreadable");
  assert.equal(refused.status, 3);
  const records = readFileSync(audit, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    records.map(({ ok, code }) => [ok, code]),
    [
      [true, "accepted"],
      [false, "source-unreadable"],
    ],
  );
});

test("what cannot be meant is a usage error", async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "full"), "");
  const usages: [string[], RegExp][] = [
    [
      ["--source", "ghcr.io/a/b", NAME],
      /--source: "ghcr.io\/a\/b" is none of oci:DIR\[:TAG\], oci-archive:FILE/,
    ],
    [["--source", "oci:", NAME], /names no file or folder/],
    [["--source", "oci:a:-", NAME], /is not a tag/],
    [["--source", "oci:a", NAME, NAME], /--source takes exactly one NAME/],
    [["--signatures", "oci:a", NAME], /--signatures needs --source/],
    [["--copy-to", "a", NAME], /--copy-to needs --source/],
    [["--source", "oci:a", "--signatures", "oci:a:v1", NAME], /--signatures takes no tag/],
    [["--source", "oci:a", "--plain-http", "a", NAME], /--plain-http cannot be combined with --source/],
    [["--source", "oci:a", "--copy-to", folder, NAME], /--copy-to: \S+ is there already/],
    [
      ["--source", "oci:a", "--copy-to", join(folder, "a/b"), NAME],
      /--copy-to: \S+ cannot be written \(ENOENT\)/,
    ],
  ];
  for (const [args, message] of usages) {
    const { values, operands } = parseGiven(verify, args);
    await assert.rejects(
      offlineWish(values, operands, REGISTRY_OPTIONS),
      (error) => error instanceof UsageError && message.test(error.message),
    );
  }
  const [[args, message] = assert.fail()] = usages;
  assertUsageError(await runCli(["verify", ...args]), message);
});

test("without a policy everything is denied, here too: exit status 2", async (t) => {
  const source = `oci:${await writeFolder(t, SIGNED)}`;
  const { status, stdout } = await runCli(["verify", "--policy", "/nonexistent", "--source", source, NAME]);
  assert.match(stdout, /^denied \S+ no-policy: /);
  assert.equal(status, 2);
});

test("a large blob is checked and copied in little memory", async (t) => {
  const folder = await largeLayout(t, 256);
  const peak = join(temporaryFolder(t), "peak");
  const script = `process.on("exit", () => require("node:fs").writeFileSync(${JSON.stringify(peak)}, String(process.resourceUsage().maxRSS)))`;
  writeFileSync(`${peak}.cjs`, script);
  const target = join(temporaryFolder(t), "copy");
  const args = [
    "verify",
    "--policy",
    policyFile(t, ACCEPT_ALL),
    "--source",
    `oci:${folder}`,
    "--copy-to",
    target,
    NAME,
  ];
  const { status } = await runCli(args, { NODE_OPTIONS: `--require ${peak}.cjs` });
  assert.equal(status, 0);
  const kib = Number(readFileSync(peak, "utf8"));
  assert.ok(kib > 0 && kib < 200 * 1024, `${kib} KiB`);
});

test("an interrupted copy leaves nothing", async (t) => {
  const folder = await largeLayout(t, 256);
  const parent = temporaryFolder(t);
  const args = [
    "--policy",
    policyFile(t, ACCEPT_ALL),
    "--source",
    `oci:${folder}`,
    "--copy-to",
    join(parent, "copy"),
  ];
  const child = startCli(["verify", ...args, NAME]);
  while (readdirSync(parent).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  child.kill("SIGTERM");
  await finish(child);
  assert.equal(child.signalCode, "SIGTERM");
  assert.deepEqual(readdirSync(parent), []);
});

test("on a terminal it is shown how far the check is", { skip: noTerminal }, async (t) => {
  const folder = await largeLayout(t, 32);
  const args = ["verify", "--policy", policyFile(t, ACCEPT_ALL), "--source", `oci:${folder}`, NAME];
  const shown = await onTerminal(args, []);
  assert.match(shown, /checked [\d.]+ (?:[KM]i)?B of 32\.0 MiB, [\d.]+ (?:[KMG]i)?B\/s/);
  assert.ok(shown.includes("\u001b[Kallowed "), shown);
});

/** A layout of an image with one layer of zeros, `mib` MiB that take no room on the disk. */
async function largeLayout(t: TestContext, mib: number): Promise<string> {
  const folder = await writeFolder(t, layoutOf(imageEntry(IMAGE)).slice(0, 1));
  const hash = createHash("sha256");
  for (let i = 0; i < mib; i++) hash.update(Buffer.alloc(MIB));
  const layer = `sha256:${hash.digest("hex")}`;
  const config = Buffer.from("{}");
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config: {
        mediaType: "application/vnd.oci.image.config.v1+json",
        digest: digestOf(config),
        size: config.length,
      },
      layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar", digest: layer, size: mib * MIB }],
    }),
  );
  const entry = { mediaType: OCI_MANIFEST, digest: digestOf(manifest), size: manifest.length };
  const path = (digest: string) => join(folder, "blobs/sha256", digest.slice(7));
  mkdirSync(dirname(path(layer)), { recursive: true });
  writeFileSync(path(layer), "");
  truncateSync(path(layer), mib * MIB);
  writeFileSync(path(digestOf(config)), config);
  writeFileSync(path(entry.digest), manifest);
  writeFileSync(join(folder, "index.json"), JSON.stringify({ schemaVersion: 2, manifests: [entry] }));
  return folder;
}

test("--measure: policy and acceptance are measured, and only then the copy has its name", async (t) => {
  const folder = temporaryFolder(t);
  const [events, copy] = [join(folder, "events"), join(folder, "copy")];
  const script = `cat >>${events}; if [ -e ${copy} ]; then echo too late >>${events}; fi`;
  const measure = ["--measure", "/bin/sh", "--measure-argument=-c", `--measure-argument=${script}`];
  const source = ["--source", `oci:${await writeFolder(t, SIGNED)}`, "--copy-to", copy];
  const { status } = await runCli(["verify", "--policy", signedPolicy(t), ...measure, ...source, NAME]);
  assert.equal(status, 0);
  assert.deepEqual(
    readFileSync(events, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line))
      .map(({ event, name, digest }) => [event, name, digest]),
    [
      ["policy-load", undefined, undefined],
      ["image-accept", NAME, IMAGE.digest],
    ],
  );
  assert.ok(existsSync(join(copy, "index.json")));
});

test("--measure-required: what is not measured is denied, and no copy is left", async (t) => {
  const folder = temporaryFolder(t);
  const copy = join(folder, "copy");
  const onlyLoads = "--measure-argument=! grep -q image-accept";
  const measure = ["--measure", "/bin/sh", "--measure-argument=-c", onlyLoads, "--measure-required"];
  const source = ["--source", `oci:${await writeFolder(t, SIGNED)}`, "--copy-to", copy];
  const args = ["verify", "--policy", signedPolicy(t), ...measure, ...source, NAME];
  const { status, stdout, stderr } = await runCli(args);
  assert.match(stdout, /^denied \S+ measurement-failed: .* it exited with 1\n$/);
  assert.match(stderr, /^countersign: an event was not measured: it exited with 1$/m);
  assert.equal(status, 1);
  assert.deepEqual(readdirSync(folder), []);
});

test("--measure-required: under a policy that is not measured everything is denied", async (t) => {
  const measure = ["--measure", "/bin/false", "--measure-required"];
  const source = ["--source", `oci:${await writeFolder(t, SIGNED)}`];
  const args = ["verify", "--policy", signedPolicy(t), ...measure, ...source, NAME];
  const { status, stdout } = await runCli(args);
  assert.match(
    stdout,
    /^denied \S+ measurement-failed: the policy could not be measured: it exited with 1\n$/,
  );
  assert.notEqual(status, 0);
});

test("--expect-policy-digest and --expect-core-digest: others are usage errors, and judge nothing", async (t) => {
  const source = ["--source", `oci:${await writeFolder(t, SIGNED)}`];
  const policy = signedPolicy(t);
  const expected = JSON.parse((await runCli(["policy", "digest", "--json", "--policy", policy])).stdout);
  const verify = ["verify", "--policy", policy, ...source, NAME];
  const digests = [
    "--expect-policy-digest",
    expected.policyDigest,
    "--expect-core-digest",
    expected.coreDigest,
  ];
  assert.equal((await runCli([...verify, ...digests])).status, 0);
  const other = `sha256:${"0".repeat(64)}`;
  const unexpected = await runCli([...verify, "--expect-policy-digest", other]);
  assertUsageError(unexpected, /policy\.json is policy sha256:\w+, and not sha256:0+ as expected$/m);
  const missing = ["verify", "--policy", "/nowhere/policy.json", ...source, NAME, "--expect-policy-digest"];
  assertUsageError(await runCli([...missing, other]), /no policy at \/nowhere\/policy\.json/);
  assertUsageError(await runCli([...verify, "--expect-core-digest", other]), /this is core sha256:/);
});
