// The runner must not pass over anything in silence: it is judged on cases that nobody here has seen.

import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject, type KeyPairKeyObjectResult, sign } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after } from "node:test";
import { ed25519ph } from "@noble/curves/ed25519.js";
import { digestOf } from "../../host/oci/digest.js";
import { SIMPLE_SIGNING } from "../../host/oci/media-types.js";
import { logEntry } from "../support/rekor.js";
import {
  alternativeNames,
  authority,
  email,
  fulcioIssuer,
  type Issued,
  issue,
  keyUsage,
  newKeys,
  T0,
  tlv,
} from "../support/x509.js";
import { type Case, readCorpus } from "./corpus.js";
import { SIGNATURE_ANNOTATION } from "./image.js";
import { type Result, run, sum } from "./runner.js";
import { Subject } from "./subject.js";

const folder = mkdtempSync(join(tmpdir(), "countersign-conformance-"));
after(() => rmSync(folder, { recursive: true }));
const subject = new Subject(folder);

function runCases(suite: string, ...cases: Omit<Case, "id">[]): Promise<Result> {
  const numbered = cases.map((test, i) => ({ ...test, id: `${suite}-${i}` }) as Case);
  return run([{ name: suite, cases: numbered }], subject);
}

function counts({ suites }: Result) {
  const { total, passed, failed, excepted } = sum(suites.values());
  return { total, passed, failed, excepted };
}

test("a case that is as upstream says passes", async () => {
  const result = await runCases("references", {
    op: "digest",
    input: `sha256:${"0".repeat(64)}`,
    valid: true,
  });
  assert.deepEqual(counts(result), { total: 1, passed: 1, failed: 0, excepted: 0 });
});

test("a case that is not fails, and says what was expected and what came", async () => {
  const result = await runCases("references", {
    op: "digest",
    input: "sha256:0",
    valid: true,
    note: "too short",
  });
  assert.deepEqual(result.failures, [
    { suite: "references", id: "references-0", note: "too short", expected: "true", got: "null" },
  ]);
});

test("a case of a class that is not run is excepted, and counted under it", async () => {
  const result = await runCases("payload-parse", { format: "simple", payload: "{}", valid: false });
  assert.deepEqual(result.suites.get("payload-parse"), {
    ...{ total: 1, passed: 0, failed: 0, excepted: 1 },
    ...{ notYet: 1, notExpressible: 0 },
  });
});

test("a case where we differ is run: our outcome is excepted, upstream's is a failure", async () => {
  const digest = `sha512:${"0".repeat(128)}`;
  const differs = await runCases("registries-d", {
    op: "attachmentTag",
    digest,
    expected: `sha512-${"0"}.sig`,
  });
  assert.deepEqual(counts(differs), { total: 1, passed: 0, failed: 0, excepted: 1 });

  const name = `//a:1@sha256:${"0".repeat(64)}`;
  const ours = { string: `docker.io/library/a@sha256:${"0".repeat(64)}` };
  const agrees = await runCases("references", {
    op: "dockerTransport",
    input: name,
    valid: true,
    expected: ours,
  });
  assert.deepEqual(counts(agrees), { total: 1, passed: 0, failed: 1, excepted: 0 });
});

/** A case of one image, signed by a new key as `sign` does. */
function signedCase(
  { publicKey, privateKey }: KeyPairKeyObjectResult,
  sign: (payload: Buffer, key: KeyObject) => Uint8Array,
) {
  const manifest = Buffer.from('{"schemaVersion":2}');
  const payload = Buffer.from(
    JSON.stringify({
      critical: {
        identity: { "docker-reference": "example.com/app:1" },
        image: { "docker-manifest-digest": digestOf(manifest) },
        type: "cosign container image signature",
      },
      optional: null,
    }),
  );
  const pem = publicKey.export({ type: "spki", format: "pem" });
  return {
    requirement: { type: "sigstoreSigned", keyData: Buffer.from(pem).toString("base64") },
    imageReference: "example.com/app:1",
    manifest: manifest.toString("base64"),
    signature: {
      mimeType: SIMPLE_SIGNING,
      payload: payload.toString("base64"),
      annotations: {
        [SIGNATURE_ANNOTATION]: Buffer.from(sign(payload, privateKey)).toString("base64"),
      },
    },
  };
}

const P384 = generateKeyPairSync("ec", { namedCurve: "P-384" });
const P521 = generateKeyPairSync("ec", { namedCurve: "P-521" });
const ED25519 = generateKeyPairSync("ed25519");
const prehash = (payload: Buffer, key: KeyObject) =>
  ed25519ph.sign(payload, key.export({ type: "pkcs8", format: "der" }).subarray(-32));

for (const [what, signed] of [
  ["ECDSA P-384 over SHA-384", signedCase(P384, (payload, key) => sign("sha384", payload, key))],
  ["ECDSA P-521 over SHA-512", signedCase(P521, (payload, key) => sign("sha512", payload, key))],
  ["Ed25519ph", signedCase(ED25519, prehash)],
] as const) {
  test(`a signature by ${what} is an exception where all else is right, and only there`, async () => {
    const refusedUpstream = { ...signed, accept: false };
    const excepted = { total: 1, passed: 0, failed: 0, excepted: 1 };
    assert.deepEqual(counts(await runCases("sigstore-signed", refusedUpstream)), excepted);

    const passed = { total: 1, passed: 1, failed: 0, excepted: 0 };
    const otherName = { ...refusedUpstream, imageReference: "example.com/other:1" };
    assert.deepEqual(counts(await runCases("sigstore-signed", otherName)), passed);
    const otherType = { ...refusedUpstream, signature: { ...signed.signature, mimeType: "text/plain" } };
    assert.deepEqual(counts(await runCases("sigstore-signed", otherType)), passed);
  });
}

for (const [what, suite, member] of [
  ["an unknown suite", "no-such-suite", {}],
  ["an unknown operation", "references", { op: "no-such-op", input: "a", valid: true }],
  ["an unknown operation of a suite that is not run yet", "signature-blob", { op: "no-such-op" }],
  ["a case without its members", "references", { op: "parse" }],
  [
    "an image that is not there",
    "sigstore-signed",
    { requirement: { type: "reject" }, imageReference: "a:1", imageDir: "none", accept: false },
  ],
] as const) {
  test(`${what} is a failure`, async () => {
    assert.deepEqual(counts(await runCases(suite, member)), { total: 1, passed: 0, failed: 1, excepted: 0 });
  });
}

for (const [what, text] of [
  ["is not JSON", "{"],
  ["has no cases", '{"suite":"references"}'],
  ["has a case without an id", '{"suite":"references","cases":[{"op":"parse"}]}'],
] as const) {
  test(`a file that ${what} is a failure`, async (t) => {
    const corpus = mkdtempSync(join(folder, "corpus-"));
    t.after(() => rmSync(corpus, { recursive: true }));
    writeFileSync(join(corpus, "suite.json"), text);
    assert.deepEqual(counts(await run(readCorpus(corpus), subject)), {
      total: 1,
      passed: 0,
      failed: 1,
      excepted: 0,
    });
  });
}

// --- certificates and log entries ---------------------------------------------------------------------------------

const ROOT = authority("root", undefined, { keys: P384 });

function certified(leaf: Issued, chain = "") {
  const names = { subjectEmail: "a@b.c", oidcIssuer: "https://i" };
  return { caData: ROOT.pem, ...names, certificate: leaf.pem, chain, atUnixTime: T0 };
}

const RIGHT = [alternativeNames([email("a@b.c")]), fulcioIssuer("https://i")];

for (const [what, accepted] of [
  ["a weak key", certified(issue({ issuer: ROOT, extensions: RIGHT, keys: newKeys("P-224") }))],
  [
    "a negative serial number",
    certified(issue({ issuer: ROOT, extensions: RIGHT, serial: Buffer.of(2, 1, 0x80) })),
  ],
  [
    "a time without seconds",
    certified(issue({ issuer: ROOT, extensions: RIGHT, notBefore: tlv(0x17, Buffer.from("2601010000Z")) })),
  ],
  ["key usage without a bit", certified(issue({ issuer: ROOT, extensions: [...RIGHT, keyUsage(0)] }))],
  [
    "more certificates than anybody needs",
    certified(issue({ issuer: ROOT, extensions: RIGHT }), ROOT.pem.repeat(17)),
  ],
] as const) {
  test(`what upstream accepts with ${what} is an exception`, async () => {
    const result = await runCases("fulcio", { ...accepted, accept: true });
    assert.deepEqual(counts(result), { total: 1, passed: 0, failed: 0, excepted: 1 });
    assert.equal(result.unexpectedlyUsed.length, 1);
  });
}

test("a certificate without these is none", async () => {
  const right = certified(issue({ issuer: ROOT, extensions: RIGHT }), ROOT.pem);
  assert.deepEqual(counts(await runCases("fulcio", { ...right, accept: true })), {
    total: 1,
    passed: 1,
    failed: 0,
    excepted: 0,
  });
});

test("an identity of a workload is an exception, and only where all else is right", async () => {
  const policy = (members: object) =>
    JSON.stringify({
      default: [
        {
          type: "sigstoreSigned",
          fulcio: { caData: "", oidcIssuer: "i", ...members },
          rekorPublicKeyData: "",
        },
      ],
    });
  const judged = async (members: object) =>
    counts(await runCases("policy-parse", { policy: policy(members), valid: false }));
  const excepted = { total: 1, passed: 0, failed: 0, excepted: 1 };
  assert.deepEqual(await judged({ subjectURI: "https://ci/a" }), excepted);
  assert.deepEqual(await judged({ subjectURIPattern: "https://ci/a/*" }), excepted);
  assert.deepEqual(await judged({ subjectURI: "a", extra: 1 }), {
    total: 1,
    passed: 1,
    failed: 0,
    excepted: 0,
  });
});

test("a record with a member twice is an exception", async () => {
  const pem = String(P384.publicKey.export({ type: "spki", format: "pem" }));
  const payload = Buffer.from("payload");
  const signature = sign("sha256", payload, P384.privateKey).toString("base64");
  const set = logEntry(
    { payload, signature },
    {
      logKey: P384.privateKey,
      verifier: pem,
      time: 7,
      record: (record) => ({ ...record, Kind: "hashedrekord" }),
    },
  );
  const verified = {
    set,
    keyOrCertPEM: pem,
    signatureBase64: signature,
    payloadBase64: payload.toString("base64"),
  };
  const result = await runCases("rekor-set", {
    op: "verifySET",
    ...verified,
    rekorPublicKeys: [pem],
    accept: true,
    integratedTime: 7,
  });
  assert.deepEqual(counts(result), { total: 1, passed: 0, failed: 0, excepted: 1 });
});
