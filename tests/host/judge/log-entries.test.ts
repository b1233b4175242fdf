// Requirements with a Rekor key: a signature counts only if the log has signed that it saw it.

import assert from "node:assert/strict";
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { test } from "node:test";
import type { Judgement } from "#component/types";
import { Probe } from "../../conformance/probe.js";
import { annotated, LOG_ENTRY_ANNOTATION, type LogWish, logEntry, logged } from "../../support/rekor.js";
import { generateKey, type LegacySignature } from "../../support/sign.js";
import {
  bundle,
  coreWith,
  imageNamed,
  judge,
  KEY,
  OTHER_KEY,
  REPOSITORY,
  referring,
  SIGNED,
  signature,
} from "./judging.js";

const LOG = generateKey();
const OTHER_LOG = generateKey();
const LOG_PATH = "/keys/rekor.pub";
const LOGGED = { ...SIGNED, rekorPublicKeyPath: LOG_PATH };
const WISH: LogWish = { logKey: LOG.privateKey, verifier: KEY.publicPem };

const core = coreWith([LOGGED], { [LOG_PATH]: LOG.publicPem });
const OURS = signature();

function judged(...signatures: LegacySignature[]): Judgement {
  return judge(core, imageNamed(), { signatures });
}

/** The judgement on our signature with this log entry. */
function entered(text: string): Judgement {
  return judged(annotated(OURS, { [LOG_ENTRY_ANNOTATION]: text }));
}

function refused(judgement: Judgement, code: Judgement["code"], reason = /./): void {
  assert.equal(judgement.ok, false);
  assert.equal(judgement.code, code, judgement.reason);
  assert.match(judgement.reason, reason);
}

test("accepted: a signature by a key, logged", () => {
  const judgement = judged(logged(OURS, WISH));
  assert.equal(judgement.code, "accepted", judgement.reason);
  assert.match(judgement.reason, /by key sha256:/);
});

test("accepted: the log's key is one of several, of any curve", () => {
  for (const namedCurve of ["P-256", "P-384", "P-521"]) {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve });
    const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
    const { rekorPublicKeyPath: _, ...requirement } = LOGGED;
    const several = coreWith([{ ...requirement, rekorPublicKeyPaths: ["/a", "/b"] }], {
      "/a": OTHER_LOG.publicPem,
      "/b": pem,
    });
    const signatures = [logged(OURS, { ...WISH, logKey: privateKey })];
    assert.equal(judge(several, imageNamed(), { signatures }).code, "accepted", namedCurve);
  }
});

test("log-entry-missing", () => {
  refused(judged(signature()), "log-entry-missing");
});

test("log-entry-invalid", () => {
  const text = logEntry(OURS, WISH);
  const good = JSON.parse(text);
  for (const [what, broken] of Object.entries({
    "not JSON": "&",
    empty: "",
    "something behind it": `${text}x`,
    "an unknown member": text.replace("{", '{"x":1,'),
    "a member twice": text.replace("{", '{"Payload":{},'),
    "another case": text.replace("Payload", "payload"),
    "no timestamp": JSON.stringify({ ...good, SignedEntryTimestamp: "" }),
    "a null timestamp": JSON.stringify({ ...good, SignedEntryTimestamp: null }),
    "a null payload": JSON.stringify({ ...good, Payload: null }),
    "a later time": text.replace('"integratedTime":1', '"integratedTime":2'),
    "a body twice": text.replace('"Payload":{', '"Payload":{"body":"",'),
  })) {
    refused(entered(broken), "log-entry-invalid");
    assert.ok(broken !== text, what);
  }
});

test("log-entry-invalid: a timestamp by another log", () => {
  refused(judged(logged(OURS, { ...WISH, logKey: OTHER_LOG.privateKey })), "log-entry-invalid", /Rekor key/);
});

test("log-entry-invalid: what is logged is no hashedrekord 0.0.1 over SHA-256", () => {
  const records: NonNullable<LogWish["record"]>[] = [
    (record) => ({ ...record, kind: "dsse" }),
    (record) => ({ ...record, apiVersion: "0.0.2" }),
    ({ kind, spec }) => ({ kind, spec }),
    (record) => ({ ...record, KIND: "hashedrekord" }),
    (record) => ({ ...record, spec: { ...record.spec, Data: record.spec.data } }),
    (record) => {
      record.spec.data.hash.algorithm = "sha512";
      return record;
    },
    () => [],
    () => "null",
  ];
  for (const record of records) {
    refused(judged(logged(OURS, { ...WISH, record })), "log-entry-invalid", /hashedrekord|Rekor key/);
  }
});

test("accepted: names in a record match in any case, unknown ones are passed over", () => {
  const record: NonNullable<LogWish["record"]> = ({ apiVersion, kind, spec }) => ({
    ApiVersion: apiVersion,
    kind,
    extra: [{}],
    SPEC: { ...spec, extra: 1 },
  });
  assert.equal(judged(logged(OURS, { ...WISH, record })).code, "accepted");
});

/** The members of a record, by the path to each. */
const RECORD_MEMBERS = [
  "apiVersion",
  "kind",
  "spec",
  "spec.data",
  "spec.data.hash",
  "spec.data.hash.algorithm",
  "spec.data.hash.value",
  "spec.signature",
  "spec.signature.content",
  "spec.signature.publicKey",
  "spec.signature.publicKey.content",
];

test("log-entry-invalid: a member of a record twice, at any depth, in whatever case; or of another type, or not there", () => {
  for (const path of RECORD_MEMBERS) {
    const names = path.split(".");
    const last = names.pop() ?? "";
    const changed = (change: (parent: Record<string, unknown>) => void) =>
      judged(
        logged(OURS, {
          ...WISH,
          record: (record) => {
            let parent = record as unknown as Record<string, unknown>;
            for (const name of names) parent = parent[name] as Record<string, unknown>;
            change(parent);
            return record;
          },
        }),
      );
    const invalid = (what: string, change: (parent: Record<string, unknown>) => void) =>
      assert.equal(changed(change).code, "log-entry-invalid", `${path} ${what}`);
    invalid("twice", (parent) => {
      parent[last.toUpperCase()] = parent[last];
    });
    invalid("as a list", (parent) => {
      parent[last] = [];
    });
    invalid("missing", (parent) => {
      delete parent[last];
    });
    const beside = changed((parent) => {
      parent["extra"] = { [last]: [parent[last]] };
      parent[`${last}x`] = parent[`x${last}`] = 0;
    });
    assert.equal(beside.code, "accepted", beside.reason);
  }
});

test("valid log entry for another artifact, signature or key (CVE-2022-36056, CVE-2026-22703)", () => {
  const swapped = (record: NonNullable<LogWish["record"]>) => judged(logged(OURS, { ...WISH, record }));
  const other = signature({ manifestDigest: `sha256:${"1".repeat(64)}` });
  // The entry of one signature beside another, whole; then each of its three bindings by itself.
  refused(
    judged(annotated(OURS, { [LOG_ENTRY_ANNOTATION]: logEntry(other, WISH) })),
    "log-entry-invalid",
    /another signature/,
  );
  refused(
    swapped((record) => {
      record.spec.signature.content = other.signature;
      return record;
    }),
    "log-entry-invalid",
    /another signature/,
  );
  refused(
    swapped((record) => {
      record.spec.data.hash.value = "0".repeat(64);
      return record;
    }),
    "log-entry-invalid",
    /another payload/,
  );
  refused(
    swapped((record) => {
      record.spec.signature.publicKey.content = Buffer.from(OTHER_KEY.publicPem).toString("base64");
      return record;
    }),
    "log-entry-invalid",
    /another key/,
  );
  // A key that the policy trusts, too, but that did not sign.
  const requirement = { ...LOGGED, keyPath: "" };
  const both = coreWith([{ ...requirement, keyPaths: ["/keys/a", "/keys/b"] }], {
    "/keys/a": KEY.publicPem,
    "/keys/b": OTHER_KEY.publicPem,
    [LOG_PATH]: LOG.publicPem,
  });
  const signatures = [logged(OURS, { ...WISH, verifier: OTHER_KEY.publicPem })];
  refused(judge(both, imageNamed(), { signatures }), "signature-invalid");
});

test("log time taken from a proof (CVE-2026-48816): an entry with an inclusion proof and no timestamp is none", () => {
  const { Payload } = JSON.parse(logEntry(OURS, WISH));
  const inclusionProof = {
    checkpoint: "rekor\n1\nAAAA\n",
    hashes: [],
    logIndex: 0,
    rootHash: "00",
    treeSize: 1,
  };
  refused(entered(JSON.stringify({ Payload, InclusionProof: inclusionProof })), "log-entry-invalid");
  refused(
    entered(JSON.stringify({ SignedEntryTimestamp: "", Payload, InclusionProof: inclusionProof })),
    "log-entry-invalid",
  );
});

test("encodings: a timestamp is in DER, over SHA-256, and nothing else is one", () => {
  const { Payload } = JSON.parse(logEntry(OURS, WISH));
  const text = Buffer.from(JSON.stringify(Payload));
  const withTimestamp = (timestamp: Buffer) =>
    entered(JSON.stringify({ SignedEntryTimestamp: timestamp.toString("base64"), Payload }));
  const der = sign("sha256", text, LOG.privateKey);
  assert.equal(withTimestamp(der).code, "accepted");
  refused(
    withTimestamp(sign("sha256", text, { key: LOG.privateKey, dsaEncoding: "ieee-p1363" })),
    "log-entry-invalid",
  );
  refused(withTimestamp(sign("sha384", text, LOG.privateKey)), "log-entry-invalid");
  refused(withTimestamp(Buffer.concat([der, Buffer.of(0)])), "log-entry-invalid");
});

test("accepted: what counts is the form of RFC 8785, however the entry is written", () => {
  const entry = JSON.parse(logEntry(OURS, WISH));
  const { body, integratedTime, logID, logIndex } = entry.Payload;
  const reordered = JSON.stringify(
    { Payload: { logIndex, logID, body, integratedTime }, SignedEntryTimestamp: entry.SignedEntryTimestamp },
    null,
    2,
  );
  assert.equal(entered(reordered).code, "accepted");
  const spelt = logEntry(OURS, WISH)
    .replace("123456789}", "1.23456789e8}")
    .replace('"logID"', '"\\u006cogID"');
  assert.equal(entered(spelt).code, "accepted");
});

test("a log entry beside a signature does not matter where the policy has no Rekor key", () => {
  const signatures = [annotated(OURS, { [LOG_ENTRY_ANNOTATION]: "&" })];
  assert.equal(judge(coreWith([SIGNED]), imageNamed(), { signatures }).code, "accepted");
});

test("a bad log entry does not hide a good one", () => {
  const judgement = judged(
    annotated(OURS, { [LOG_ENTRY_ANNOTATION]: "&" }),
    signature({ dockerReference: `${REPOSITORY}:2` }),
    logged(OURS, WISH),
  );
  assert.equal(judgement.code, "accepted", judgement.reason);
  assert.deepEqual(
    judgement.items.map(({ code }) => code),
    ["log-entry-invalid", "log-entry-missing", "accepted"],
  );
});

test("evidence-too-large: a log entry", () => {
  refused(entered(" ".repeat(256 * 1024) + logEntry(OURS, WISH)), "evidence-too-large");
});

test("evidence-unsupported-for-requirement: a bundle, whose log entries are not verified", () => {
  refused(
    judge(core, imageNamed(), { referrers: referring(bundle()) }),
    "evidence-unsupported-for-requirement",
  );
});

test("key-unsupported: a log's key that is not one of ECDSA", () => {
  for (const { publicKey } of [
    generateKeyPairSync("rsa", { modulusLength: 2048 }),
    generateKeyPairSync("ed25519"),
  ]) {
    const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
    refused(judge(coreWith([LOGGED], { [LOG_PATH]: pem }), imageNamed()), "key-unsupported");
  }
  refused(judge(coreWith([LOGGED], { [LOG_PATH]: null }), imageNamed()), "key-unreadable");
});

test("whole numbers are written as ECMAScript writes them", () => {
  const probe = new Probe(new URL("../../../../build/probe/conformance.wasm", import.meta.url));
  const check = (text: string) => {
    const canonical = String(Number(text));
    const isInt64 =
      /^-?[0-9]+$/.test(canonical) && BigInt.asIntN(64, BigInt(canonical)) === BigInt(canonical);
    assert.equal(probe.wholeNumber(text), isInt64 ? canonical : null, text);
  };
  const edges = [0n, 1n, 10n, 1n << 53n, 1n << 54n, 1n << 62n, 1n << 63n, 10n ** 15n, 10n ** 18n, 10n ** 19n];
  for (const edge of edges) {
    for (let delta = -1100n; delta <= 1100n; delta += delta > -3n && delta < 3n ? 1n : 7n) {
      check(String(edge + delta));
      check(`-${edge + delta < 0n ? 0 : edge + delta}`);
    }
  }
  for (let i = 0; i < 20_000; i++) {
    const bits = 1 + ((randomBytes(1)[0] ?? 0) % 64);
    const n = BigInt.asUintN(bits, randomBytes(8).readBigUInt64BE());
    const digits = n.toString();
    const point = 1 + ((randomBytes(1)[0] ?? 0) % digits.length);
    check(digits);
    check(`${digits.slice(0, point)}.${digits.slice(point)}0e${digits.length - point}`);
    check(`${digits}E+${(randomBytes(1)[0] ?? 0) % 6}`);
  }
  for (const text of [
    "-0",
    "0.0",
    "0e99999999999",
    "1.0",
    "10e-1",
    "100.00e-2",
    "1e18",
    "1e19",
    "1e400",
    "1.5",
    "5e-1",
  ])
    check(text);
});
