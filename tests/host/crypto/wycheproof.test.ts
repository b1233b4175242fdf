// Project Wycheproof's adversarial signatures (C2SP/wycheproof, testvectors_v1). Further files of the same shapes run
// from the folder $COUNTERSIGN_WYCHEPROOF.
import assert from "node:assert/strict";
import { verify as opensslVerify } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { sharedPath } from "../../support/shared.js";
import { parseKey, verify } from "./probe.js";

interface File {
  schema: string;
  testGroups: Group[];
}

interface Group {
  publicKey: { curve?: string };
  publicKeyPem?: string;
  sha?: string;
  tests: Case[];
}

interface Case {
  tcId: number;
  comment: string;
  flags: string[];
  msg: string;
  sig: string;
  /** `acceptable`: refused by some for a reason. */
  result: "valid" | "acceptable" | "invalid";
}

interface Count {
  valid: number;
  invalid: number;
  /** Acceptable to Wycheproof, and refused, as by Go. */
  acceptable: number;
  /** r‖s of another length than the curve's: upstream's verdict, not Wycheproof's. */
  otherLength: number;
  /** Of a key, hash or algorithm that we refuse. */
  unsupported: number;
}

const ECDSA_DER = "ecdsa_verify_schema_v1.json";
const ECDSA_RAW = "ecdsa_p1363_verify_schema_v1.json";
const EDDSA = "eddsa_verify_schema_v1.json";
const RSA_PKCS1 = "rsassa_pkcs1_verify_schema_v1.json";

/** By curve, bytes of r and of s, and the hashes. */
const CURVES = new Map([
  ["secp256r1", { bytes: 32, hashes: ["SHA-256"] }],
  ["secp384r1", { bytes: 48, hashes: ["SHA-256", "SHA-384"] }],
  ["secp521r1", { bytes: 66, hashes: ["SHA-256", "SHA-512"] }],
]);

function runFile(path: string): Count {
  const { schema, testGroups } = JSON.parse(readFileSync(path, "utf8")) as File;
  const count: Count = { valid: 0, invalid: 0, acceptable: 0, otherLength: 0, unsupported: 0 };
  for (const group of testGroups) {
    const covered = isCovered(schema, group);
    for (const vector of group.tests) count[covered ? judge(schema, group, vector) : "unsupported"]++;
  }
  return count;
}

function isCovered(schema: string, { publicKey, publicKeyPem, sha }: Group): boolean {
  if (publicKeyPem === undefined || typeof parseKey(publicKeyPem) === "string") return false;
  switch (schema) {
    case ECDSA_DER:
    case ECDSA_RAW:
      return CURVES.get(publicKey.curve ?? "")?.hashes.includes(sha ?? "") === true;
    case EDDSA:
      return publicKey.curve === "edwards25519";
    case RSA_PKCS1:
      return sha === "SHA-256";
    default:
      return false;
  }
}

/** Fails unless our verdict on `vector` is the expected one, and says which that was. */
function judge(schema: string, group: Group, { tcId, comment, flags, msg, sig, result }: Case): keyof Count {
  const [message, signature] = [Buffer.from(msg, "hex"), Buffer.from(sig, "hex")];
  const otherLength = schema === ECDSA_RAW && flags.includes("SignatureSize");
  const expected = otherLength ? upstreamVerifies(group, message, signature) : result === "valid";
  assert.equal(verify(group.publicKeyPem ?? "", message, signature), expected, `test ${tcId}: ${comment}`);
  return otherLength ? "otherLength" : result;
}

/** sigstore halves up to 132 bytes into r and s; OpenSSL wants as many bytes of each as the order has. */
function upstreamVerifies(
  { publicKey, publicKeyPem, sha }: Group,
  message: Buffer,
  signature: Buffer,
): boolean {
  if (signature.length === 0 || signature.length % 2 !== 0 || signature.length > 132) return false;
  const digits = 2 * (CURVES.get(publicKey.curve ?? "")?.bytes ?? 0);
  const half = signature.length / 2;
  const [r, s] = [signature.subarray(0, half), signature.subarray(half)].map((number) =>
    number.toString("hex").replace(/^0+/, "").padStart(digits, "0"),
  ) as [string, string];
  const key = { key: publicKeyPem ?? "", dsaEncoding: "ieee-p1363" } as const;
  return opensslVerify(sha?.replace("-", "").toLowerCase(), message, key, Buffer.from(r + s, "hex"));
}

/** What is not named is 0. */
const FILES: Record<string, Partial<Count>> = {
  "ecdsa_secp256r1_sha256_test.json": { valid: 174, invalid: 310 },
  "ecdsa_secp256r1_sha256_p1363_test.json": { valid: 173, invalid: 77, otherLength: 12 },
  "ecdsa_secp384r1_sha256_test.json": { valid: 162, invalid: 310 },
  "ecdsa_secp384r1_sha384_test.json": { valid: 194, invalid: 310 },
  "ecdsa_secp521r1_sha512_test.json": { valid: 232, invalid: 310 },
  "ed25519_test.json": { valid: 88, invalid: 63 },
  "rsa_signature_2048_sha256_test.json": { valid: 9, invalid: 249, acceptable: 1 },
  "rsa_signature_4096_sha256_test.json": { valid: 7, invalid: 250, acceptable: 1 },
};

for (const [name, expected] of Object.entries(FILES)) {
  test(`Wycheproof ${name}`, (t) => {
    const path = sharedPath(`vectors/wycheproof/${name}`);
    if (path === null) return t.skip("no shared vectors");
    const none = { valid: 0, invalid: 0, acceptable: 0, otherLength: 0, unsupported: 0 };
    assert.deepEqual(runFile(path), { ...none, ...expected });
  });
}

test("no file of Wycheproof is left out", (t) => {
  const shared = sharedPath("vectors/wycheproof");
  if (shared === null) return t.skip("no shared vectors");
  assert.deepEqual(vectorFiles(shared), Object.keys(FILES).sort());
});

const folder = process.env["COUNTERSIGN_WYCHEPROOF"];
if (folder) {
  test(`Wycheproof files of ${folder}`, (t) => {
    let covered = 0;
    for (const name of vectorFiles(folder)) {
      const count = runFile(join(folder, name));
      covered += count.valid + count.invalid + count.acceptable + count.otherLength;
      t.diagnostic(`${name}: ${JSON.stringify(count)}`);
    }
    assert.ok(covered > 0, "no file holds a key and a hash that we accept");
  });
}

function vectorFiles(path: string): string[] {
  return readdirSync(path)
    .filter((name) => name.endsWith(".json"))
    .sort();
}
