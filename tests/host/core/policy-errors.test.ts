// A policy that does not load says by which rule, and where: each rule of assembly/policy/read-*.ts, with the one thing
// wrong that it is there for.

import assert from "node:assert/strict";
import { test } from "node:test";
import { PolicyCore, PolicyError } from "../../../host/core/core.js";

type Members = Readonly<Record<string, unknown>>;

const REJECT = [{ type: "reject" }];
const DATA = Buffer.from("x").toString("base64");

/** What is wrong with a policy, with the path before it. */
function problemOf(policy: unknown): string {
  const text = typeof policy === "string" ? policy : JSON.stringify(policy);
  try {
    PolicyCore.load(Buffer.from(text), () => null);
  } catch (error) {
    assert.ok(error instanceof PolicyError, String(error));
    return `${error.path}: ${error.message}`;
  }
  return "none";
}

/** The same with a requirement as its default; paths are from there on. */
const ofRequirement = (requirement: unknown) =>
  problemOf({ default: [requirement] }).replace(/^default\[0\]\.?/, "");

const sigstore = (members: Members) => ofRequirement({ type: "sigstoreSigned", keyPath: "/k", ...members });
const identified = (signedIdentity: unknown) => sigstore({ signedIdentity });
const signedBy = (members: Members) =>
  ofRequirement({ type: "signedBy", keyType: "GPGKeys", keyPath: "/k", ...members });
const fulcio = (members: Members, more: Members = { rekorPublicKeyPath: "/r" }) =>
  sigstore({
    keyPath: undefined,
    fulcio: { caPath: "/c", oidcIssuer: "i", subjectEmail: "s", ...members },
    ...more,
  });
const pki = (members: Members, more: Members = {}) =>
  sigstore({ keyPath: undefined, pki: { caRootsPath: "/c", subjectEmail: "s", ...members }, ...more });

test("what all others are one change away from loads", () => {
  for (const problem of [sigstore({}), signedBy({}), fulcio({}), pki({})]) assert.equal(problem, "none");
});

test("the policy itself", () => {
  assert.equal(problemOf({ default: REJECT, transports: { dir: { "": REJECT, "/a": REJECT } } }), "none");
  for (const scope of ["/", "a", "/a/", "//a", "/./a", "/a/..", "/a//b"]) {
    const policy = { default: REJECT, transports: { dir: { [scope]: REJECT } } };
    assert.match(problemOf(policy), /expected an absolute path/, scope);
  }
  assert.equal(problemOf("[]"), ": expected an object");
  assert.equal(problemOf({}), ": default is missing");
  assert.equal(
    problemOf({ default: REJECT, x: 0 }),
    "x: unknown member; a policy has default and transports",
  );
  assert.equal(problemOf(`${JSON.stringify({ default: REJECT })}x`), ": data after the JSON value");
  assert.equal(problemOf({ default: [] }), "default: expected a list with at least one requirement");
  assert.equal(
    problemOf({ default: REJECT, transports: { x: { y: [] } } }),
    "transports.x.y: expected a list with at least one requirement",
  );
  assert.match(
    problemOf({ default: REJECT, transports: { x_1: { "1y": 0 } } }),
    /^transports\.x_1\["1y"\]: /,
  );
  assert.equal(
    problemOf({ default: REJECT, transports: { docker: { "*": [{ type: "insecureAcceptAnything" }] } } }),
    'transports.docker["*"]: a list under a wildcard scope must contain reject or sigstoreSigned',
  );
});

test("requirements and identities have a type that is known, and its members", () => {
  for (const requirement of [{}, { type: "x" }, { type: null }])
    assert.match(ofRequirement(requirement), /^: expected a type: insecureAcceptAnything/);
  assert.equal(ofRequirement(0), ": expected an object");
  for (const type of ["insecureAcceptAnything", "reject"])
    assert.match(ofRequirement({ type, x: 0 }), /^x: unknown member; this requirement has no other/);
  assert.equal(ofRequirement({ type: "signedBaseLayer" }), ": baseLayerIdentity is missing");
  assert.match(
    ofRequirement({ type: "signedBaseLayer", baseLayerIdentity: { type: "matchExact" }, x: 0 }),
    /^x: unknown member; signedBaseLayer/,
  );

  for (const identity of [{}, { type: "x" }])
    assert.match(identified(identity), /^signedIdentity: expected a type: matchExact/);
  assert.equal(identified(0), "signedIdentity: expected an object");
  for (const type of ["matchExact", "matchRepoDigestOrExact", "matchRepository", "matchDigest"])
    assert.match(identified({ type, x: 0 }), /^signedIdentity\.x: unknown member/);
  for (const [type, member] of [
    ["exactReference", "dockerReference"],
    ["exactRepository", "dockerRepository"],
  ] as const) {
    for (const text of [undefined, null, "", "UPPER"])
      assert.match(identified({ type, [member]: text }), new RegExp(`^signedIdentity: ${member}: expected`));
    assert.match(identified({ type, [member]: "a:1", x: 0 }), /^signedIdentity\.x: unknown member/);
  }
  assert.match(identified({ type: "exactReference", dockerReference: "a" }), /with a tag or a digest$/);
  for (const prefix of [undefined, null, "", "a:1x", "a/", "/a", "a/B", "a/b:1", "a/b@c"]) {
    const remap = { type: "remapIdentity", prefix: "a", signedPrefix: "b" };
    assert.match(identified({ ...remap, prefix }), /^signedIdentity: prefix: expected a host/);
    assert.match(
      identified({ ...remap, signedPrefix: prefix }),
      /^signedIdentity: signedPrefix: expected a host/,
    );
    assert.match(identified({ ...remap, x: 0 }), /^signedIdentity\.x: unknown member/);
  }
});

test("sigstoreSigned has one source of keys, and at most one of the log's", () => {
  const one = /^: expected exactly one of keyPath, keyPaths, keyData, keyDatas, fulcio and pki$/;
  const sources: Members = { keyPath: "/k", keyPaths: ["/k"], keyData: DATA, keyDatas: [DATA] };
  for (const [a, member] of Object.entries(sources)) {
    assert.equal(sigstore({ keyPath: undefined, [a]: member }), "none");
    for (const b of Object.keys(sources)) {
      if (a !== b)
        assert.match(sigstore({ keyPath: undefined, [a]: member, [b]: sources[b] }), one, `${a}, ${b}`);
    }
  }
  for (const none of [undefined, null, ""]) assert.match(sigstore({ keyPath: none }), one);
  assert.match(sigstore({ keyPath: undefined, keyData: null }), one);
  for (const list of ["keyPaths", "keyDatas", "rekorPublicKeyPaths", "rekorPublicKeyDatas"]) {
    const path = list.startsWith("key") ? { keyPath: undefined } : {};
    assert.equal(sigstore({ ...path, [list]: [] }), `${list}: expected a list that is not empty`);
    assert.equal(sigstore({ ...path, [list]: null }), `${list}: expected a list, not null`);
  }
  assert.equal(
    sigstore({ keyPath: undefined, keyData: "&" }),
    "keyData: expected standard base64 with padding",
  );
  assert.equal(
    sigstore({ keyPath: undefined, keyData: "-----BEGIN PUBLIC KEY-----" }),
    "keyData: expected PEM in base64, not as it is",
  );
  const rekor: Members = {
    rekorPublicKeyPath: "/r",
    rekorPublicKeyPaths: ["/r"],
    rekorPublicKeyData: DATA,
    rekorPublicKeyDatas: [DATA],
  };
  for (const [a, member] of Object.entries(rekor)) {
    assert.equal(sigstore({ [a]: member }), "none");
    for (const b of Object.keys(rekor)) {
      if (a === b) continue;
      assert.equal(
        sigstore({ [a]: member, [b]: rekor[b] }),
        ": expected at most one of the rekorPublicKey members",
        `${a}, ${b}`,
      );
    }
  }
  assert.equal(sigstore({ x: 0 }), "x: unknown member of sigstoreSigned");
});

test("fulcio has one source of certificates, an issuer, one subject, and a log", () => {
  assert.match(fulcio({ caData: DATA }), /exactly one of caPath and caData$/);
  for (const none of [undefined, null, ""])
    assert.match(fulcio({ caPath: none }), /exactly one of caPath and caData$/);
  assert.match(fulcio({ oidcIssuer: undefined }), /oidcIssuer is missing$/);
  for (const none of [null, ""]) {
    assert.equal(fulcio({ oidcIssuer: none }), "fulcio.oidcIssuer: expected a string that is not empty");
    assert.equal(fulcio({ subjectEmail: none }), "fulcio.subjectEmail: expected a string that is not empty");
  }
  const subjects: Members = { subjectEmail: "s", subjectURI: "u", subjectURIPattern: "a://b/c/d" };
  assert.match(
    fulcio({ subjectEmail: undefined }),
    /exactly one of subjectEmail, subjectURI and subjectURIPattern$/,
  );
  for (const a of Object.keys(subjects)) {
    assert.equal(fulcio({ subjectEmail: undefined, [a]: subjects[a] }), "none");
    for (const b of Object.keys(subjects)) {
      if (a === b) continue;
      const both = { subjectEmail: undefined, [a]: subjects[a], [b]: subjects[b] };
      assert.match(
        fulcio(both),
        /exactly one of subjectEmail, subjectURI and subjectURIPattern$/,
        `${a}, ${b}`,
      );
    }
  }
  assert.match(fulcio({ x: 0 }), /^fulcio\.x: unknown member; fulcio has/);
  assert.equal(fulcio({}, {}), ": fulcio needs one of the rekorPublicKey members");
  assert.match(fulcio({}, { rekorPublicKeyPath: "/r", keyPath: "/k" }), /exactly one of keyPath/);
});

test("subjectURIPattern says whose URI it is", () => {
  const pattern = (text: string) => fulcio({ subjectEmail: undefined, subjectURIPattern: text });
  for (const text of ["a://b/c/d", "https://b/c/*", "https://b:1/c/*x*/y@*", "https://b/c/"])
    assert.equal(pattern(text), "none", text);
  for (const text of [
    "x",
    "://b/c/d",
    "a:b/c/d/e",
    "a:/b/c/d",
    "a//b/c/d",
    "a:///c/d",
    "a://b/c",
    "a://b//d",
    "a://u@b/c/d",
  ])
    assert.match(pattern(text), /^fulcio\.subjectURIPattern: expected scheme:\/\/host\/owner and more/, text);
  for (const text of ["*://b/c/d", "a://*/c/d", "a://b/*/d", "a://b/c*/d"])
    assert.match(pattern(text), /^fulcio\.subjectURIPattern: scheme, host and the first segment/, text);
  for (const text of ["a://b/c/**", "a://b/c/**/d", "a://b/c/x***"])
    assert.match(pattern(text), /^fulcio\.subjectURIPattern: .*\*\*/, text);
});

test("pki has one source of roots, at most one of intermediates, a subject, and no log", () => {
  assert.match(pki({ caRootsData: DATA }), /exactly one of caRootsPath and caRootsData$/);
  for (const none of [undefined, null, ""])
    assert.match(pki({ caRootsPath: none }), /exactly one of caRootsPath and caRootsData$/);
  assert.match(
    pki({ caIntermediatesPath: "/i", caIntermediatesData: DATA }),
    /at most one of caIntermediatesPath and caIntermediatesData$/,
  );
  for (const none of [undefined, null, ""]) {
    assert.match(pki({ subjectEmail: none }), /expected subjectEmail, subjectHostname or both$/);
    assert.match(pki({ subjectEmail: undefined, subjectHostname: none }), /subjectHostname or both$/);
    assert.equal(pki({ subjectEmail: none, subjectHostname: "h" }), "none");
    assert.equal(pki({ subjectHostname: none }), "none");
  }
  assert.equal(pki({ x: 0 }), "pki.x: unknown member of pki");
  assert.equal(
    pki({}, { rekorPublicKeyPath: "/r" }),
    ": pki cannot be combined with a rekorPublicKey member",
  );
});

test("signedBy has a type of key and one source of keys", () => {
  assert.equal(signedBy({ keyType: undefined }), ": keyType is missing");
  for (const keyType of [null, "", "x"])
    assert.match(signedBy({ keyType }), /^keyType: expected GPGKeys, signedByGPGKeys, X509Certificates or/);
  for (const keyType of ["GPGKeys", "signedByGPGKeys", "X509Certificates", "signedByX509CAs"])
    assert.equal(signedBy({ keyType }), "none");
  for (const keyPath of [null, ""]) assert.equal(signedBy({ keyPath }), "keyPath: expected a path");
  assert.equal(signedBy({ keyPath: undefined, keyData: null }), "keyData: expected base64 data");
  assert.equal(signedBy({ keyPath: undefined, keyPaths: [] }), "none");
  assert.equal(signedBy({ keyPath: undefined, keyPaths: null }), "keyPaths: expected a list, not null");
  const sources: Members = { keyPath: "/k", keyPaths: ["/k"], keyData: DATA };
  for (const a of Object.keys(sources)) {
    assert.equal(signedBy({ keyPath: undefined, [a]: sources[a] }), "none");
    for (const b of Object.keys(sources)) {
      if (a === b) continue;
      const both = { keyPath: undefined, [a]: sources[a], [b]: sources[b] };
      assert.equal(signedBy(both), ": expected exactly one of keyPath, keyPaths and keyData", `${a}, ${b}`);
    }
  }
  assert.equal(signedBy({ keyPath: undefined }), ": expected exactly one of keyPath, keyPaths and keyData");
  assert.match(signedBy({ x: 0 }), /^x: unknown member; signedBy has/);
});
