// Bundles, member by member, as protojson reads them for cosign: what has the wrong form is no bundle, also where nothing is
// decided by it. Members are named by paths: `verificationMaterial.tlogEntries.0.logId`.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Judgement } from "#component/types";
import {
  bundle,
  bundleOf,
  coreWith,
  imageNamed,
  judge,
  KEY_PATH,
  REPOSITORY,
  referring,
  SIGNED,
  statementOf,
} from "./judging.js";

type Json = null | string | number | boolean | Json[] | { [name: string]: Json };

const core = coreWith([SIGNED]);

const LOG_ENTRY = {
  logIndex: "1",
  logId: { keyId: "AAAA" },
  kindVersion: { kind: "dsse", version: "0.0.1" },
  integratedTime: "1770000000",
  inclusionPromise: { signedEntryTimestamp: "AAAA" },
  inclusionProof: {
    logIndex: 1,
    rootHash: "AAAA",
    treeSize: "2",
    hashes: ["AAAA"],
    checkpoint: { envelope: "rekor.sigstore.dev" },
  },
  canonicalizedBody: "AAAA",
};
const ENTRY = "verificationMaterial.tlogEntries.0";

/** A bundle with everything a bundle may have beside a signature by a key. */
const FULL: Json = JSON.parse(
  Buffer.from(
    bundle({
      material: {
        publicKey: { hint: "any" },
        tlogEntries: [LOG_ENTRY],
        timestampVerificationData: { rfc3161Timestamps: [{ signedTimestamp: "AAAA" }] },
      },
    }),
  ).toString(),
);

/** A statement with everything that one may say about its subject. */
const STATEMENT: Json = (() => {
  const { subject, ...rest } = statementOf();
  const more = {
    uri: "u",
    mediaType: "m",
    downloadLocation: "d",
    content: "AAAA",
    annotations: { a: [1, { b: null }] },
  };
  return { ...rest, subject: subject.map((one) => ({ ...one, ...more })), predicate: { a: [{}] } };
})();

const judged = (bytes: Uint8Array): Judgement => judge(core, imageNamed(), { referrers: referring(bytes) });
const read = (value: Json): string => judged(Buffer.from(JSON.stringify(value))).code;
const stated = (value: Json): string => judged(bundleOf(Buffer.from(JSON.stringify(value)))).code;

/** A copy of `value` in which `change` was made to the object or list that has the member at `path`. */
function changed(
  value: Json,
  path: string,
  change: (parent: { [name: string]: Json }, name: string) => void,
): Json {
  const copy: Json = structuredClone(value);
  const names = path.split(".");
  const last = names.pop() ?? "";
  let parent = copy as { [name: string]: Json };
  for (const name of names) parent = parent[name] as { [name: string]: Json };
  change(parent, last);
  return copy;
}

const without = (value: Json, path: string) => changed(value, path, (parent, name) => delete parent[name]);
const having = (value: Json, path: string, member: Json) =>
  changed(value, path, (parent, name) => {
    parent[name] = member;
  });

/** Paths of everything below `value`, with what is there. */
function* members(value: Json, path = ""): Generator<[string, Json]> {
  if (value === null || typeof value !== "object") return;
  for (const [name, member] of Object.entries(value)) {
    const at = path === "" ? name : `${path}.${name}`;
    yield [at, member];
    yield* members(member, at);
  }
}

const isObject = (value: Json): boolean =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** What is inside these is named by whoever wrote the statement. */
const isFree = (path: string): boolean => /(annotations|digest|predicate)\./.test(path);

test("a bundle with everything one may hold is accepted, and so is its statement", () => {
  assert.equal(read(FULL), "accepted");
  assert.equal(stated(STATEMENT), "accepted");
});

test("an unknown member is refused wherever it stands", () => {
  assert.equal(read(having(FULL, "unknown", 0)), "signature-malformed");
  for (const [path, member] of members(FULL)) {
    if (isObject(member)) assert.equal(read(having(FULL, `${path}.unknown`, 0)), "signature-malformed", path);
  }
  assert.equal(stated(having(STATEMENT, "unknown", 0)), "payload-malformed");
  assert.equal(stated(having(STATEMENT, "subject.0.unknown", 0)), "payload-malformed");
});

test("a member may have its name in the .proto file, but not both names", () => {
  for (const [whole, code, malformed] of [
    [FULL, read, "signature-malformed"],
    [STATEMENT, stated, "payload-malformed"],
  ] as const) {
    for (const [path, member] of members(whole)) {
      const renamed = path.replace(/[A-Z](?!.*\.)/g, (letter) => `_${letter.toLowerCase()}`);
      // DSSE's own .proto file spells its names as JSON does.
      if (renamed === path || path === "dsseEnvelope.payloadType") continue;
      assert.equal(code(having(without(whole, path), renamed, member)), "accepted", path);
      assert.equal(code(having(whole, renamed, member)), malformed, `${path} under both names`);
    }
  }
});

test("a member of another type is refused, whichever it is", () => {
  for (const [path, member] of members(FULL)) {
    const other: Json = typeof member === "object" ? "x" : {};
    assert.equal(read(having(FULL, path, other)), "signature-malformed", path);
  }
  for (const [path, member] of members(STATEMENT)) {
    if (isFree(path)) continue;
    const other: Json = typeof member === "object" ? "x" : {};
    assert.equal(stated(having(STATEMENT, path, other)), "payload-malformed", path);
  }
});

test("what has to be base64 or a whole number is one", () => {
  for (const [path, member] of members(FULL)) {
    if (member === "AAAA") assert.equal(read(having(FULL, path, "&")), "signature-malformed", path);
    if (!/logIndex|treeSize|integratedTime/.test(path)) continue;
    for (const text of ["", "x", "1x", " 1", "1 ", "1.5"])
      assert.equal(read(having(FULL, path, text)), "signature-malformed", `${path}: ${text}`);
    assert.equal(read(having(FULL, path, 1.5)), "signature-malformed", path);
    assert.equal(read(having(FULL, path, 1e30)), "signature-malformed", path);
  }
  assert.equal(stated(having(STATEMENT, "subject.0.content", "&")), "payload-malformed");
});

test("text is Unicode, escaped or not", () => {
  const withHint = (text: string) =>
    Buffer.from(
      JSON.stringify(FULL).replace('"any"', () => `"${text}"`),
      "latin1",
    );
  const stating = (text: string) =>
    bundleOf(
      Buffer.from(
        JSON.stringify(STATEMENT).replace('"u"', () => `"${text}"`),
        "latin1",
      ),
    );
  for (const text of [
    "\\u0041\\u00e9\\ud83d\\ude00",
    '\\b\\f\\n\\r\\t\\/\\\\\\"',
    "\xc2\x80\xdf\xbf",
    "\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf",
    "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf",
  ]) {
    assert.equal(judged(withHint(text)).code, "accepted", text);
    assert.equal(judged(stating(text)).code, "accepted", text);
  }
  for (const text of [
    "\\ud800",
    "\\ud800x",
    "\\ud800\\n",
    "\\ud800\\ud800",
    "\\ud800\\ue000",
    "\\udc00",
    "\\udfff\\ud800",
    "\x80",
    "\xbf",
    "\xc0\x80",
    "\xc1\xbf",
    "\xc3",
    "\xc3(",
    "\xe0\x9f\xbf",
    "\xe2\x82",
    "\xe2\x82(",
    "\xed\xa0\x80",
    "\xf0\x8f\xbf\xbf",
    "\xf4\x90\x80\x80",
    "\xf5\x80\x80\x80",
    "\xff",
  ]) {
    assert.equal(judged(withHint(text)).code, "signature-malformed", encodeURIComponent(text));
    assert.equal(judged(stating(text)).code, "payload-malformed", encodeURIComponent(text));
  }
});

test("a log entry has an identity, a kind, a record and a proof, and nobody needs one", () => {
  for (const path of [
    "logId",
    "logId.keyId",
    "kindVersion",
    "kindVersion.kind",
    "kindVersion.version",
    "inclusionProof",
    "inclusionProof.checkpoint",
    "inclusionProof.checkpoint.envelope",
    "canonicalizedBody",
  ]) {
    assert.equal(read(without(FULL, `${ENTRY}.${path}`)), "signature-malformed", path);
    assert.equal(read(having(FULL, `${ENTRY}.${path}`, null)), "signature-malformed", path);
  }
  for (const path of ["logIndex", "integratedTime", "inclusionPromise", "inclusionProof.hashes"]) {
    assert.equal(read(without(FULL, `${ENTRY}.${path}`)), "accepted", path);
    assert.equal(read(having(FULL, `${ENTRY}.${path}`, null)), "accepted", path);
  }
  for (const path of ["tlogEntries", "timestampVerificationData"]) {
    assert.equal(read(without(FULL, `verificationMaterial.${path}`)), "accepted", path);
    assert.equal(read(having(FULL, `verificationMaterial.${path}`, null)), "accepted", path);
  }
});

test("there is one kind of material, and null is none", () => {
  const certificate = { rawBytes: "AAAA" };
  for (const name of ["certificate", "x509CertificateChain", "x509_certificate_chain"]) {
    assert.equal(
      read(having(FULL, `verificationMaterial.${name}`, certificate)),
      "signature-malformed",
      name,
    );
    assert.equal(read(having(FULL, `verificationMaterial.${name}`, null)), "accepted", name);
    const instead = without(
      having(FULL, `verificationMaterial.${name}`, certificate),
      "verificationMaterial.publicKey",
    );
    assert.equal(read(instead), "evidence-unsupported-for-requirement", name);
  }
  for (const path of ["verificationMaterial", "verificationMaterial.publicKey"]) {
    assert.equal(read(without(FULL, path)), "signature-malformed", path);
    assert.equal(read(having(FULL, path, null)), "signature-malformed", path);
  }
});

test("an envelope has a payload, its type and one signature, which names no key", () => {
  for (const path of ["payload", "payloadType", "signatures", "signatures.0"]) {
    const at = `dsseEnvelope.${path}`;
    assert.equal(
      read(path === "signatures.0" ? having(FULL, "dsseEnvelope.signatures", []) : without(FULL, at)),
      "signature-malformed",
      path,
    );
  }
  for (const keyid of ["", null]) {
    assert.equal(read(having(FULL, "dsseEnvelope.signatures.0.keyid", keyid)), "accepted");
  }
  assert.equal(read(having(FULL, "dsseEnvelope.signatures.0.keyid", "x")), "signature-malformed");
  const [signature] = (FULL as { dsseEnvelope: { signatures: Json[] } }).dsseEnvelope.signatures;
  assert.equal(read(having(FULL, "dsseEnvelope.signatures.1", signature as Json)), "signature-malformed");
  assert.equal(read(having(FULL, "messageSignature", {})), "signature-malformed");
  assert.equal(read(having(FULL, "messageSignature", null)), "accepted");
});

test("the version is 0.3, in any of its spellings", () => {
  const of = (mediaType: string) => read(having(FULL, "mediaType", mediaType));
  const prefix = "application/vnd.dev.sigstore.bundle";
  for (const version of [
    "+json;version=0.3",
    ".v0.3+json",
    ".v0.3.0+json",
    ".v0.3.1+json",
    ".v0.3.10+json",
  ]) {
    assert.equal(of(prefix + version), "accepted", version);
  }
  for (const version of [
    "+json;version=0.2",
    "+json;version=0.3.1",
    ".v0.3",
    ".v0.3.+json",
    ".v0.3.01+json",
    ".v0.3.1",
    ".v0.3.1x+json",
    ".v0.30+json",
    ".v0.3.1+jsonx",
  ]) {
    assert.equal(of(prefix + version), "signature-malformed", version);
  }
});

test("a statement says what it is, and has up to 1024 subjects with digests in hexadecimal", () => {
  assert.equal(stated(without(STATEMENT, "_type")), "payload-malformed");
  assert.equal(stated(without(STATEMENT, "predicateType")), "not-a-signature");
  assert.equal(stated(without(STATEMENT, "subject")), "payload-digest-mismatch");
  assert.equal(stated(having(STATEMENT, "subject.0.digest.sha512", "x")), "payload-malformed");
  assert.equal(stated(having(STATEMENT, "subject.0.digest.sha512", "ab")), "accepted");
  assert.equal(stated(having(STATEMENT, "subject.0.digest", null)), "payload-digest-mismatch");
  const [subject] = statementOf().subject;
  const crowd = (count: number) => stated(having(STATEMENT, "subject", Array(count).fill(subject)));
  assert.equal(crowd(1024), "accepted");
  assert.equal(crowd(1025), "payload-malformed");
});

test("a name that stands twice in a predicate or in annotations is refused at any depth", () => {
  for (const path of ["predicate", "subject.0.annotations"]) {
    const text: string = JSON.stringify(having(STATEMENT, path, { a: [{ x: 1, y: 2 }], b: { x: 1, y: 2 } }));
    assert.equal(judged(bundleOf(Buffer.from(text))).code, "accepted");
    for (const at of [text.indexOf('"y"'), text.lastIndexOf('"y"')]) {
      const twice = `${text.slice(0, at)}"x"${text.slice(at + 3)}`;
      assert.equal(judged(bundleOf(Buffer.from(twice))).code, "payload-malformed", path);
    }
  }
});

test("an empty name is none", () => {
  const [subject] = statementOf().subject;
  const unnamed = having(STATEMENT, "subject", [{ ...subject, name: "" }] as Json);
  assert.equal(stated(unnamed), "identity-missing");
  const byDigest = coreWith([{ ...SIGNED, keyPath: KEY_PATH, signedIdentity: { type: "matchDigest" } }]);
  const referrers = referring(bundleOf(Buffer.from(JSON.stringify(unnamed))));
  assert.equal(judge(byDigest, imageNamed(`${REPOSITORY}:1`), { referrers }).code, "accepted");
});
