// Each limit that is narrower than upstream's is a rule: a case that it decides is an exception, and one beside it, on
// this side of the limit, is as upstream has it.

import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { digestOf } from "../../host/oci/digest.js";
import { DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST, SIMPLE_SIGNING } from "../../host/oci/media-types.js";
import { generateKey } from "../support/sign.js";
import {
  alternativeNames,
  authority,
  CODE_SIGNING,
  email,
  extendedKeyUsage,
  issue,
  LONG,
} from "../support/x509.js";
import { RULES } from "./exceptions.js";
import { SIGNATURE_ANNOTATION } from "./image.js";
import { run } from "./runner.js";
import { Subject } from "./subject.js";

const subject = new Subject("/");
const KEY = generateKey();
const NAME = "registry.example/app";
const MANIFEST = JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config: {}, layers: [] });

type Members = Record<string, unknown>;

/** What becomes of a case of a suite: `passed`, `excepted` or `failed`. */
async function outcome(suite: string, members: Members): Promise<string> {
  const { suites, failures } = await run([{ name: suite, cases: [{ id: "0", ...members }] }], subject);
  const counts = suites.get(suite);
  assert.equal(counts?.total, 1);
  if (failures.length > 0) return "failed";
  return counts.excepted === 1 ? "excepted" : "passed";
}

const members = (count: number) => Array.from({ length: count }, (_, i) => `"a${i}":""`).join();
const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);

function payload(manifest: string, optional = "null", reference = NAME): Buffer {
  const critical = {
    identity: { "docker-reference": reference },
    image: { "docker-manifest-digest": digestOf(Buffer.from(manifest)) },
    type: "cosign container image signature",
  };
  return Buffer.from(`{"critical":${JSON.stringify(critical)},"optional":${optional}}`);
}

function signature(content: Buffer, key: KeyObject = KEY.privateKey, digest?: string) {
  const annotations = { [SIGNATURE_ANNOTATION]: sign("sha256", content, key).toString("base64") };
  const signed = { mimeType: SIMPLE_SIGNING, payload: content.toString("base64"), annotations };
  return digest === undefined ? signed : { ...signed, digest };
}

/** An image that upstream accepts by `keys`, under its repository's name. */
function accepted({
  manifest = MANIFEST,
  signatures = [signature(payload(manifest))],
  keys = [KEY.publicPem],
  name = `${NAME}:1`,
  ...members
}: {
  manifest?: string;
  signatures?: unknown[];
  keys?: readonly string[];
  name?: string;
  mediaType?: string;
}): Members {
  const keyDatas = keys.map((pem) => Buffer.from(pem).toString("base64"));
  const signedIdentity = { type: "matchRepository" };
  return {
    ...members,
    requirement: { type: "sigstoreSigned", keyDatas, signedIdentity },
    imageReference: name,
    manifest: Buffer.from(manifest).toString("base64"),
    signatures,
    accept: true,
  };
}

const strangers = (count: number) => {
  const { privateKey } = generateKey();
  return Array.from({ length: count }, (_, n) => signature(payload(MANIFEST, `{"n":"${n}"}`), privateKey));
};
const good = signature(payload(MANIFEST));
const p521 = generateKeyPairSync("ec", { namedCurve: "P-521" }).publicKey;
const SLOW_KEYS = [p521.export({ type: "spki", format: "pem" }) as string, KEY.publicPem];
const sha512 = (content: Buffer) => `sha512:${createHash("sha512").update(content).digest("hex")}`;
const withMember = (member: string) => MANIFEST.replace("{", `{${member},`);

/** A signature with so many annotations more. */
function annotated(count: number) {
  const { annotations, ...signed } = signature(payload(MANIFEST));
  return { ...signed, annotations: { ...JSON.parse(`{${members(count)}}`), ...annotations } };
}

/** Signed by a key of that size, for which an authority that the policy knows has issued a certificate. */
function certified(modulusLength: number): Members {
  const keys = generateKeyPairSync("rsa", { modulusLength });
  const root = authority("root");
  const content = payload(MANIFEST);
  const extensions = [extendedKeyUsage(CODE_SIGNING), alternativeNames([email("alice@example.com")])];
  const { pem } = issue({ keys, issuer: root, ...LONG, extensions });
  const { annotations, ...signed } = signature(content, keys.privateKey);
  const certificates = { "dev.sigstore.cosign/certificate": pem };
  const pki = { caRootsData: Buffer.from(root.pem).toString("base64"), subjectEmail: "alice@example.com" };
  return {
    ...accepted({ signatures: [{ ...signed, annotations: { ...annotations, ...certificates } }] }),
    requirement: { type: "sigstoreSigned", pki, signedIdentity: { type: "matchRepository" } },
  };
}

/** By what is narrower: a case just beyond the limit, and the nearest one within it. */
const LIMITS: readonly [what: string, beyond: Members, within: Members][] = [
  [
    "a manifest nested deeper than 32",
    accepted({ manifest: withMember(`"a":${nested(32)}`) }),
    accepted({ manifest: withMember(`"a":${nested(31)}`) }),
  ],
  [
    "a manifest with a member twice",
    accepted({ manifest: withMember('"schemaVersion":2') }),
    accepted({ manifest: withMember('"config ":{}') }),
  ],
  [
    "a manifest that says another media type than it is served with",
    accepted({ mediaType: DOCKER_MANIFEST }),
    accepted({ mediaType: OCI_MANIFEST }),
  ],
  [
    "an index that is a manifest, too",
    accepted({ mediaType: OCI_INDEX, manifest: `{"mediaType":"${OCI_INDEX}","manifests":[],"layers":[]}` }),
    accepted({ mediaType: OCI_INDEX, manifest: `{"mediaType":"${OCI_INDEX}","manifests":[]}` }),
  ],
  [
    "a manifest with the signatures of docker schema 1",
    accepted({ manifest: withMember('"Signatures":[]') }),
    accepted({ manifest: withMember('"signature":[]') }),
  ],
  [
    "a manifest with more than 512 members",
    accepted({ manifest: withMember(members(511)) }),
    accepted({ manifest: withMember(members(500)) }),
  ],
  [
    "the layer of a signature with more than 512 annotations",
    accepted({ signatures: [annotated(512)] }),
    accepted({ signatures: [annotated(511)] }),
  ],
  [
    "a payload nested deeper than 32",
    accepted({ signatures: [signature(payload(MANIFEST, `{"a":${nested(31)}}`))] }),
    accepted({ signatures: [signature(payload(MANIFEST, `{"a":${nested(30)}}`))] }),
  ],
  [
    "a payload longer than 1 MiB",
    accepted({ signatures: [signature(payload(MANIFEST, `{"a":"${"x".repeat(1 << 20)}"}`))] }),
    accepted({ signatures: [signature(payload(MANIFEST, `{"a":"${"x".repeat(1 << 19)}"}`))] }),
  ],
  [
    "the layer of a signature by SHA-512",
    accepted({ signatures: [signature(payload(MANIFEST), KEY.privateKey, sha512(payload(MANIFEST)))] }),
    accepted({ signatures: [signature(payload(MANIFEST), KEY.privateKey, digestOf(payload(MANIFEST)))] }),
  ],
  [
    "a signature that is the 129th",
    accepted({ signatures: [...strangers(128), good] }),
    accepted({ signatures: [...strangers(127), good] }),
  ],
  [
    "a signature after checks that cost as much as 512 by P-256",
    accepted({ signatures: [...strangers(30), good], keys: SLOW_KEYS }),
    accepted({ signatures: [...strangers(29), good], keys: SLOW_KEYS }),
  ],
  [
    "a key file longer than 64 KiB",
    accepted({ keys: [`${"x".repeat(64 * 1024)}\n${KEY.publicPem}`] }),
    accepted({ keys: [`${"x".repeat(63 * 1024)}\n${KEY.publicPem}`] }),
  ],
  ["a certificate of a key by RSA below 2048 bits", certified(1024), certified(2048)],
  [
    "a name whose host is no host",
    accepted({
      name: "foo_bar.com/app:1",
      signatures: [signature(payload(MANIFEST, "null", "foo_bar.com/app"))],
    }),
    accepted({
      name: "foo-bar.com/app:1",
      signatures: [signature(payload(MANIFEST, "null", "foo-bar.com/app"))],
    }),
  ],
];

for (const [what, beyond, within] of LIMITS) {
  test(`${what} is an exception, and what is just within the limit is not`, async () => {
    assert.equal(await outcome("sigstore-signed", beyond), "excepted");
    assert.equal(await outcome("sigstore-signed", within), "passed");
    // Had upstream refused it, there would be nothing to except.
    assert.equal(await outcome("sigstore-signed", { ...beyond, accept: false }), "passed");
    assert.equal(await outcome("sigstore-signed", { ...within, accept: false }), "failed");
  });
}

for (const [suite, members] of [
  [
    "references",
    { op: "dockerTransport", input: "//foo_bar.com/app", valid: true, expected: { string: "x" } },
  ],
  [
    "references",
    { op: "parseDockerRef", input: "foo_bar.com/app:1", valid: true, expected: { string: "x" } },
  ],
  [
    "scopes",
    {
      op: "dockerScopes",
      input: "foo_bar.com/app:1",
      ok: true,
      identity: "x",
      namespaces: [],
      lookupOrder: [],
    },
  ],
  [
    "scopes",
    {
      op: "lookup",
      transport: "docker",
      imageReference: "foo_bar.com/app:1",
      policyScopes: { docker: [""] },
      matched: { transport: "docker", scope: "" },
    },
  ],
  ...[{ keyData: [65] }, { keyDatas: ["QQ==", []] }, { keyPath: "/k", rekorPublicKeyData: [1] }].map(
    (source) =>
      [
        "policy-parse",
        { policy: JSON.stringify({ default: [{ type: "sigstoreSigned", ...source }] }), valid: true },
      ] as const,
  ),
  [
    "payload-parse",
    { format: "sigstore", payload: `${payload(MANIFEST, `{"a":${nested(31)}}`)}`, valid: true, expected: {} },
  ],
  [
    "manifest-digest",
    {
      op: "digest",
      content: withMember('"schemaVersion":2'),
      ok: true,
      sha256: digestOf(Buffer.from(withMember('"schemaVersion":2'))),
    },
  ],
] as const) {
  test(`a case of ${suite} beyond a limit is an exception: ${"op" in members ? members.op : Object.values(members)[0]}`, async () => {
    assert.equal(await outcome(suite, members), "excepted");
  });
}

test("every difference is in docs/differences.md, in the words of its rule", () => {
  const text = readFileSync(fileURLToPath(new URL("../../../docs/differences.md", import.meta.url)), "utf8");
  const reasons = new Set(RULES.filter((rule) => rule.class === "differs").map(({ reason }) => reason));
  const listed = text.replace(/\s+/g, " ");
  const missing = [...reasons].filter((reason) => !listed.includes(reason));
  assert.deepEqual(missing, []);
});
