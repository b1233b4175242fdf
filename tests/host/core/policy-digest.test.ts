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
