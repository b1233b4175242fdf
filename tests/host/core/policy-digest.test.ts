// The policy digest as docs/policy-digest.md has it, computed here from its definition.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { PolicyCore } from "../../../host/core/core.js";
import { sharedPath } from "../../support/shared.js";
import { generateKey } from "../../support/sign.js";
import { authority } from "../../support/x509.js";

type Files = Readonly<Record<string, string | null>>;

function digestOf(policy: unknown, files: Files = {}): string {
  const text = typeof policy === "string" ? policy : JSON.stringify(policy);
  const read = (path: string) => {
    const content = files[path] ?? null;
    return content === null ? null : Buffer.from(content);
  };
  return PolicyCore.load(Buffer.from(text), read).summary.digest;
}

function sha256(bytes: string | Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Members are given in the order of RFC 8785. */
function expected(canonical: unknown): string {
  return `sha256:${sha256(`countersign-policy/1\n${JSON.stringify(canonical)}`)}`;
}

const base64 = (text: string) => Buffer.from(text).toString("base64");

test("the vectors", (t) => {
  const path = sharedPath("reference/policy-digest-vectors.json");
  if (path === null) return t.skip("there is no ../shared");
  const { vectors } = JSON.parse(readFileSync(path, "utf8"));
  assert.ok(vectors.length >= 5);
  for (const { what, policy, files, digest } of vectors) assert.equal(digestOf(policy, files), digest, what);
});

const KEY = generateKey();
const SPKI = sha256(Buffer.from(KEY.publicPem.replace(/-----[^-]+-----/g, ""), "base64"));
const [A, B] = [authority("a"), authority("b")];
const [CERTIFICATE_A, CERTIFICATE_B] = [{ certificate: sha256(A.der) }, { certificate: sha256(B.der) }];

test("fulcio: certificates by themselves, the log's key, whom they have to name", () => {
  const ca = `text\n${A.pem}${B.pem}`;
  for (const member of ["subjectEmail", "subjectURI", "subjectURIPattern"]) {
    const value = "https://ci.example/acme/x";
    const written = (fulcio: object) => ({
      default: [{ type: "sigstoreSigned", rekorPublicKeyData: base64(KEY.publicPem), fulcio }],
    });
    const canonical = {
      default: [
        {
          fulcio: { ca: [CERTIFICATE_A, CERTIFICATE_B], oidcIssuer: "https://i", [member]: value },
          rekorKeys: [{ spki: SPKI }],
          type: "sigstoreSigned",
        },
      ],
    };
    const names = { oidcIssuer: "https://i", [member]: value };
    assert.equal(digestOf(written({ caPath: "/ca", ...names }), { "/ca": ca }), expected(canonical), member);
    assert.equal(digestOf(written({ ...names, caData: base64(ca) })), expected(canonical), member);
  }
});

test("pki: roots, intermediates and both subjects; what cannot be read or used counts as it is", () => {
  const policy = {
    default: [
      {
        type: "sigstoreSigned",
        pki: {
          caRootsPath: "/roots",
          caIntermediatesPath: "/none",
          subjectEmail: "a@b.c",
          subjectHostname: "h",
        },
      },
    ],
  };
  const canonical = (caRoots: unknown) => ({
    default: [
      {
        pki: {
          caIntermediates: [{ unreadable: true }],
          caRoots,
          subjectEmail: "a@b.c",
          subjectHostname: "h",
        },
        type: "sigstoreSigned",
      },
    ],
  });
  const digest = (roots: string | null) => digestOf(policy, { "/roots": roots });
  assert.equal(digest(B.pem + A.pem), expected(canonical([CERTIFICATE_B, CERTIFICATE_A])));
  assert.equal(digest("junk"), expected(canonical([{ bytes: sha256("junk") }])));
  assert.equal(digest(null), expected(canonical([{ unreadable: true }])));
  // What is passed over beside a certificate is not passed over here.
  const mixed = A.pem + KEY.publicPem;
  assert.equal(digest(mixed), expected(canonical([{ bytes: sha256(mixed) }])));
});

/** RFC 8785 for values without numbers: JavaScript sorts by UTF-16 code units, and escapes as it does. */
function canonicalOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalOf).join()}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalOf(member)}`).join()}}`;
}

test("names are sorted by UTF-16 and escaped as in RFC 8785, whatever is in them", () => {
  const reject = [{ type: "reject" }];
  const controls = Array.from({ length: 0x21 }, (_, i) => String.fromCharCode(i)).join("");
  const names = [
    "",
    controls,
    '"',
    "\\",
    "/",
    "\x7f",
    "\x80",
    "é",
    "€",
    "\ud7ff",
    "\ue000",
    "\uffff",
    "\u{10000}",
    "\u{10ffff}",
  ];
  const nested = names.flatMap((a) => names.map((b) => `${a}${b}`));
  // The last first: none of them stands where it belongs.
  const scopes = Object.fromEntries(
    [...new Set([...names, ...nested])].reverse().map((name) => [name, reject]),
  );
  const transports = Object.fromEntries(names.map((name) => [`x${name}`, scopes]));
  const policy = { transports, default: reject };
  assert.equal(digestOf(policy), `sha256:${sha256(`countersign-policy/1\n${canonicalOf(policy)}`)}`);
});

test("every kind of requirement and of identity, with all that is written in it", () => {
  const identities = [
    ...["matchExact", "matchRepoDigestOrExact", "matchRepository", "matchDigest"].map((type) => ({ type })),
    { type: "exactReference", dockerReference: "a/b:1" },
    { type: "exactRepository", dockerRepository: "a/c" },
    { type: "remapIdentity", prefix: "a", signedPrefix: "b/d" },
  ];
  const ring = (text: string) => ({ bytes: sha256(text) });
  const signedBy = { type: "signedBy", keyType: "GPGKeys" };
  const written = [
    { type: "insecureAcceptAnything" },
    { type: "reject" },
    { ...signedBy, keyPath: "/ring" },
    { ...signedBy, keyType: "X509Certificates", keyPaths: ["/ring", "/none"] },
    { ...signedBy, keyData: base64("data") },
    ...identities.map((identity) => ({ ...signedBy, keyPath: "/ring", signedIdentity: identity })),
    ...identities.map((identity) => ({ type: "signedBaseLayer", baseLayerIdentity: identity })),
    ...identities.map((identity) => ({
      type: "sigstoreSigned",
      keyData: base64("data"),
      signedIdentity: identity,
    })),
    {
      type: "sigstoreSigned",
      keyDatas: [base64("b"), base64("a")],
      rekorPublicKeyDatas: [base64("d"), base64("c")],
    },
  ];
  const canonical = [
    { type: "insecureAcceptAnything" },
    { type: "reject" },
    { ...signedBy, keyrings: [ring("ring")] },
    { ...signedBy, keyType: "X509Certificates", keyrings: [ring("ring"), { unreadable: true }] },
    { ...signedBy, keyrings: [ring("data")] },
    ...identities.map((identity) => ({ ...signedBy, keyrings: [ring("ring")], signedIdentity: identity })),
    ...identities.map((identity) => ({ type: "signedBaseLayer", baseLayerIdentity: identity })),
    ...identities.map((identity) => ({
      type: "sigstoreSigned",
      keys: [ring("data")],
      signedIdentity: identity,
    })),
    { type: "sigstoreSigned", keys: [ring("b"), ring("a")], rekorKeys: [ring("d"), ring("c")] },
  ];
  const files = { "/ring": "ring" };
  assert.equal(
    digestOf({ default: written }, files),
    `sha256:${sha256(`countersign-policy/1\n${canonicalOf({ default: canonical })}`)}`,
  );
  // And none is that of another.
  const digests = written.map((requirement) => digestOf({ default: [requirement] }, files));
  assert.equal(new Set(digests).size, written.length);
});
