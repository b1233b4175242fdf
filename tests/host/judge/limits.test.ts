// The bounds of assembly/limits.ts are where they are said to be: what reaches one is judged, what is one beyond it is not.

import assert from "node:assert/strict";
import { createPublicKey, sign } from "node:crypto";
import { test } from "node:test";
import type { Judgement } from "#component/types";
import { PolicyCore } from "../../../host/core/core.js";
import { digestOf } from "../../../host/oci/digest.js";
import { OCI_MANIFEST, SIMPLE_SIGNING } from "../../../host/oci/media-types.js";
import { annotated, LOG_ENTRY_ANNOTATION, logEntry } from "../../support/rekor.js";
import { generateKey, type LegacySignature, sigManifest } from "../../support/sign.js";
import {
  authority,
  basicConstraints,
  dns,
  email,
  extension,
  fulcioIssuer,
  nameConstraints,
  newKeys,
} from "../../support/x509.js";
import { EMAIL, fulcioCore, fulcioLeaf, ISSUER, judgeFulcio, keyless, LOG, ROOT } from "./certified.js";
import {
  bundle,
  coreOf,
  coreWith,
  IMAGE,
  imageNamed,
  judge,
  KEY,
  KEY_PATH,
  OTHER_KEY,
  type Requirement,
  referring,
  SIGNED,
  signature,
} from "./judging.js";
import { described, Repository, TWO } from "./repository.js";

const MIB = 1 << 20;
const ANYTHING = [{ type: "insecureAcceptAnything" }];
const REJECT = [{ type: "reject" }];

const core = coreWith([SIGNED]);
const good = signature();
const foreign = signature({ key: OTHER_KEY });

/** `text`, made this long by white space before its end. */
function padded(text: string | Uint8Array, length: number): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([
    bytes.subarray(0, -1),
    Buffer.alloc(length - bytes.length, 0x20),
    bytes.subarray(-1),
  ]);
}

/** `most` is accepted, one more is denied with this code. */
function bounded(most: number, code: Judgement["code"], judged: (size: number) => Judgement): void {
  const within = judged(most);
  assert.equal(within.ok, true, `${most}: ${within.reason}`);
  assert.equal(judged(most + 1).code, code, `${most + 1}`);
}

test("a name of 1024 bytes", () => {
  const anything = coreWith(ANYTHING);
  bounded(1024, "name-invalid", (length) =>
    judge(anything, imageNamed(`/${"n".repeat(length - 1)}`, { transport: "dir", mode: "user" })),
  );
});

test("a descriptor of 48 KiB", () => {
  const anything = coreWith(ANYTHING);
  bounded(48 * 1024, "descriptor-invalid", (length) => {
    const { descriptor } = imageNamed();
    return judge(anything, imageNamed(undefined, { descriptor: padded(Buffer.from(descriptor), length) }));
  });
});

test("a policy of 32 MiB", () => {
  const policy = JSON.stringify({ default: REJECT });
  const load = (length: number) => PolicyCore.load(padded(policy, length), () => null);
  load(32 * MIB);
  assert.throws(() => load(32 * MIB + 1), { message: "the policy is longer than 32 MiB" });
});

test("a policy of 200,000 scopes", () => {
  // Broken at its end, so that nothing but its text is read.
  const load = (count: number) => {
    const docker = Object.fromEntries(Array.from({ length: count }, (_, i) => [`s${i}`, REJECT]));
    return coreOf({ transports: { docker }, broken: 0 });
  };
  assert.throws(() => load(200_000), { message: /unknown member/ });
  assert.throws(() => load(200_001), { message: "more than 200000 scopes" });
});

test("a key file of 64 KiB, and a file of certificates of 1 MiB", () => {
  const file = (pem: string, length: number) => `${"#".repeat(length - pem.length - 1)}\n${pem}`;
  bounded(64 * 1024, "key-unreadable", (length) =>
    judge(coreWith([SIGNED], { [KEY_PATH]: file(KEY.publicPem, length) }), imageNamed(), {
      signatures: [good],
    }),
  );
  const leaf = fulcioLeaf();
  bounded(MIB, "trust-root-invalid", (length) => judgeFulcio(leaf, {}, { ca: file(ROOT.pem, length) }));
});

test("a manifest, a signature manifest and a list of referrers of 4 MiB", () => {
  bounded(4 * MIB, "evidence-too-large", (length) => {
    const bytes = padded(IMAGE.bytes, length);
    const image = { bytes, mediaType: IMAGE.mediaType, digest: digestOf(bytes) };
    const signatures = [signature({ manifestDigest: image.digest })];
    return judge(core, described(image), { manifest: bytes, signatures });
  });
  bounded(4 * MIB, "signature-malformed", (length) => {
    const bytes = padded(sigManifest([good]).bytes, length);
    return judge(core, imageNamed(), {
      signatureManifest: { bytes, mediaType: OCI_MANIFEST },
      blob: () => good.payload,
    });
  });
  bounded(4 * MIB, "signature-malformed", (length) => {
    const referrers = referring(bundle());
    return judge(core, imageNamed(), { referrers: { ...referrers, index: padded(referrers.index, length) } });
  });
});

test("a payload and a bundle of 1 MiB", () => {
  const signed = (payload: Buffer): LegacySignature => ({
    payload,
    signature: sign("sha256", payload, KEY.privateKey).toString("base64"),
  });
  bounded(MIB, "evidence-too-large", (length) =>
    judge(core, imageNamed(), { signatures: [signed(padded(good.payload, length))] }),
  );
  bounded(MIB, "evidence-too-large", (length) =>
    judge(core, imageNamed(), { referrers: referring(padded(bundle(), length)) }),
  );
  bounded(MIB, "evidence-too-large", (length) => loose([signed(padded(good.payload, length))]));
});

test("a log entry of 256 KiB", () => {
  const logged = coreWith([{ ...SIGNED, rekorPublicKeyData: Buffer.from(LOG.publicPem).toString("base64") }]);
  const entry = logEntry(good, { logKey: LOG.privateKey, verifier: KEY.publicPem });
  bounded(256 * 1024, "evidence-too-large", (length) => {
    const text = padded(entry, length).toString();
    return judge(logged, imageNamed(), { signatures: [annotated(good, { [LOG_ENTRY_ANNOTATION]: text })] });
  });
});

test("128 signatures, as many referrers, and as many signatures that come with the image", () => {
  const last = (count: number) => [...Array<LegacySignature>(count - 1).fill(foreign), good];
  bounded(128, "signature-invalid", (count) => judge(core, imageNamed(), { signatures: last(count) }));
  bounded(128, "signature-invalid", (count) => loose(last(count)));
  const others = Array.from({ length: 128 }, (_, i) => bundle({ key: OTHER_KEY, names: [`a.example/${i}`] }));
  bounded(128, "signature-invalid", (count) =>
    judge(core, imageNamed(), { referrers: referring(...others.slice(0, count - 1), bundle()) }),
  );
});

test("512 annotations of a signature that comes with the image", () => {
  bounded(512, "signature-malformed", (count) => {
    const others = Array.from({ length: count - 1 }, (_, i) => [`a${i}`, ""] as [string, string]);
    return loose([good], others);
  });
});

test("16 signatures and 16 referrers of each platform", () => {
  const judged = (prepare: (repository: Repository, digest: string) => void): Judgement => {
    const repository = new Repository().add(TWO);
    for (const { digest } of TWO.children) prepare(repository, digest);
    return repository.judge(core, described(TWO));
  };
  bounded(16, "platform-rejected", (count) =>
    judged((repository, manifestDigest) => {
      const others = Array.from({ length: count - 1 }, () => signature({ key: OTHER_KEY, manifestDigest }));
      repository.sign(manifestDigest, ...others, signature({ manifestDigest }));
    }),
  );
  bounded(16, "platform-rejected", (count) =>
    judged((repository, manifestDigest) => {
      const others = Array.from({ length: count - 1 }, (_, i) =>
        bundle({ key: OTHER_KEY, manifestDigest, names: [`a.example/${i}`] }),
      );
      repository.refer(manifestDigest, referring(...others, bundle({ manifestDigest })));
    }),
  );
});

test("what is asked for has the bound of what is read", () => {
  const repository = new Repository().add(TWO);
  for (const { digest } of TWO.children) repository.sign(digest);
  repository.judge(core, described(TWO));
  // The manifest of a platform has the size that the index gives.
  const bounds = (round: number) =>
    (repository.rounds[round] ?? [])
      .filter(({ kind }) => round === 0 || kind !== "manifest")
      .map(({ kind, maxBytes }) => `${kind} ${maxBytes / MIB}`);
  assert.deepEqual(bounds(0), ["manifest 4", "cosign-tag 4", "referrers 4"]);
  assert.deepEqual([...new Set(bounds(1))], ["cosign-tag 1", "referrers 1"]);
  assert.deepEqual([...new Set(bounds(2))], ["blob 1"]);
});

test("checks that cost as much as 512 by ECDSA P-256", () => {
  // Four keys, the last of which has signed: 128 signatures are 512 checks.
  const keyPaths = ["/a", "/b", "/c", KEY_PATH];
  const files = Object.fromEntries(
    ["/a", "/b", "/c", "/d", "/log"].map((path) => [path, generateKey().publicPem]),
  );
  const others = Array.from({ length: 127 }, (_, i) =>
    signature({ key: OTHER_KEY, dockerReference: `a/${i}` }),
  );
  const entry = logEntry(good, { logKey: LOG.privateKey, verifier: KEY.publicPem });
  const signatures = [...others, annotated(good, { [LOG_ENTRY_ANNOTATION]: entry })];
  const four = { ...SIGNED, keyPath: undefined, keyPaths };
  const by = (...requirements: object[]) =>
    judge(coreWith(requirements as Requirement[], files), imageNamed(), { signatures }).code;
  assert.equal(by(four), "accepted");
  assert.equal(by({ ...four, keyPaths: ["/d", ...keyPaths] }), "budget-exhausted");
  // What a key has said about a signature it is not asked again; whether a log's has signed an entry, nobody knows then.
  assert.equal(by(four, four, SIGNED), "accepted");
  assert.equal(by(four, { ...SIGNED, rekorPublicKeyPath: "/log" }), "budget-exhausted");
});

test("a certificate of 64 KiB, with 64 extensions", () => {
  const more = (length: number) => [fulcioIssuer(ISSUER), extension("1.2.3", Buffer.alloc(length))];
  const rest = fulcioLeaf({ more: more(60_000) }).der.length - 60_000;
  bounded(65_536, "certificate-malformed", (length) => {
    // A signature by ECDSA has no fixed length.
    for (;;) {
      const leaf = fulcioLeaf({ more: more(length - rest) });
      if (leaf.der.length === length) return judgeFulcio(leaf);
    }
  });
  bounded(64, "certificate-malformed", (count) => {
    const others = Array.from({ length: count - 4 }, (_, i) => extension(`1.2.${i}`, Buffer.of(5, 0)));
    return judgeFulcio(fulcioLeaf({ more: [fulcioIssuer(ISSUER), ...others] }));
  });
});

test("an RSA key of 4096 bits in a certificate", () => {
  const withKey = (bits: number): Judgement => {
    const n = Buffer.alloc(bits / 8, 0xff).toString("base64url");
    const spki = createPublicKey({ format: "jwk", key: { kty: "RSA", n, e: "AQAB" } });
    return judgeFulcio(fulcioLeaf({ spki: spki.export({ type: "spki", format: "der" }) }));
  };
  // Nobody has signed with either.
  assert.equal(withKey(4096).code, "signature-invalid");
  assert.equal(withKey(4104).code, "certificate-unsupported");
});

test("200 steps on the way to a root", () => {
  // All of the same name, and the one that has issued the leaf comes last.
  const keys = newKeys();
  const issuer = authority("one of many", undefined, { keys: newKeys() });
  const other = authority("one of many", undefined, { keys });
  const leaf = fulcioLeaf({ issuer });
  bounded(200, "budget-exhausted", (count) => {
    const ca = other.pem.repeat(count - 1) + issuer.pem;
    return judgeFulcio(leaf, { chain: undefined }, { ca });
  });
  // After that no other certificate is read, either.
  const signatures = [keyless(leaf, { chain: undefined }), keyless(fulcioLeaf())];
  const core = fulcioCore({ ca: other.pem.repeat(200) + issuer.pem + ROOT.pem });
  const { items } = judge(core, imageNamed(), { signatures });
  assert.deepEqual(
    items.map(({ code }) => code),
    ["budget-exhausted", "budget-exhausted"],
  );
  assert.equal(judge(core, imageNamed(), { signatures: signatures.reverse() }).code, "accepted");
});

test("what is left of 512 checks for one search of a path", () => {
  // None of these has issued the leaf. The log's key is asked once, which leaves 31 checks by P-521, at 16 each, and a rest.
  const leaf = fulcioLeaf({ issuer: authority("one of many") });
  const anchor = authority("one of many", undefined, { keys: newKeys("P-521") }).pem;
  const judged = (count: number) => judgeFulcio(leaf, { chain: undefined }, { ca: anchor.repeat(count) });
  assert.equal(judged(31).code, "certificate-chain-invalid");
  assert.equal(judged(32).code, "budget-exhausted");
});

test("10,000 comparisons of names", () => {
  const compared = (names: number, constraints: number): Judgement => {
    const permitted = Array.from({ length: constraints }, (_, i) => dns(`${i}.example`));
    const root = authority("bound", undefined, {
      extensions: [basicConstraints(true), nameConstraints({ permitted })],
    });
    const all = [email(EMAIL), ...Array.from({ length: names }, () => dns("0.example"))];
    return judgeFulcio(fulcioLeaf({ issuer: root, names: all }), { chain: undefined }, { ca: root.pem });
  };
  assert.equal(compared(100, 100).code, "accepted");
  assert.equal(compared(73, 137).code, "certificate-chain-invalid");
});

test("a reason of 300 characters", () => {
  const around = 'transports.docker["r.example/:"][0] rejects every image'.length;
  const reason = (length: number): string => {
    const name = `r.example/${"n".repeat(200)}:${"t".repeat(length - around - 200)}`;
    const policy = coreOf({ default: ANYTHING, transports: { docker: { [name]: REJECT } } });
    return judge(policy, imageNamed(name)).reason;
  };
  assert.match(reason(300), /^.{280} rejects every image$/);
  assert.match(reason(301), /^.{281} rejects every i\.\.\.$/);
});

/** Judges IMAGE where signatures came with it, and its registry has none. */
function loose(
  signatures: readonly LegacySignature[],
  annotations: readonly [string, string][] = [],
): Judgement {
  const evidence = signatures.map(({ payload, signature }) => ({
    tag: "item" as const,
    val: {
      kind: "simple-signing" as const,
      reference: "",
      mediaType: SIMPLE_SIGNING,
      annotations: [...annotations, ["dev.cosignproject.cosign/signature", signature] as [string, string]],
      bytes: payload,
      origin: "here",
    },
  }));
  return new Repository().add(IMAGE).judge(core, imageNamed(), evidence);
}
