// Project Wycheproof's adversarial signatures (C2SP/wycheproof, testvectors_v1). Further files of the same shapes run
// from the folder $COUNTERSIGN_WYCHEPROOF.
import assert from "node:assert/strict";
import { verify as opensslVerify } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { sharedPath } from "../../support/shared.js";
import { verify } from "./probe.js";

interface File {
  schema: string;
  testGroups: { publicKey: { curve?: string }; publicKeyPem: string; sha?: string; tests: Case[] }[];
}

interface Case {
  tcId: number;
  comment: string;
  flags: string[];
  msg: string;
  sig: string;
  result: "valid" | "invalid";
}

interface Count {
  valid: number;
  invalid: number;
  /** r‖s of another length than the curve's: upstream's verdict, not Wycheproof's. */
  otherLength: number;
  /** Of another curve, hash or algorithm. */
  unsupported: number;
}

const DER = "ecdsa_verify_schema_v1.json";
const RAW = "ecdsa_p1363_verify_schema_v1.json";

function runFile(path: string): Count {
  const { schema, testGroups } = JSON.parse(readFileSync(path, "utf8")) as File;
  const count: Count = { valid: 0, invalid: 0, otherLength: 0, unsupported: 0 };
  for (const { publicKey, publicKeyPem, sha, tests } of testGroups) {
    const covered = [DER, RAW].includes(schema) && publicKey.curve === "secp256r1" && sha === "SHA-256";
    for (const vector of tests) {
      if (covered) count[judge(schema, publicKeyPem, vector)]++;
      else count.unsupported++;
    }
  }
  return count;
}

/** Fails unless our verdict on `vector` is the expected one, and says which that was. */
function judge(schema: string, pem: string, { tcId, comment, flags, msg, sig, result }: Case): keyof Count {
  const [message, signature] = [Buffer.from(msg, "hex"), Buffer.from(sig, "hex")];
  const otherLength = schema === RAW && flags.includes("SignatureSize");
  const expected = otherLength ? upstreamVerifies(pem, message, signature) : result === "valid";
  assert.equal(verify(pem, message, signature), expected, `test ${tcId}: ${comment}`);
  if (otherLength) return "otherLength";
  return expected ? "valid" : "invalid";
}

/** sigstore halves an even number of bytes into r and s, however long; OpenSSL wants 32 bytes of each. */
function upstreamVerifies(pem: string, message: Buffer, signature: Buffer): boolean {
  if (signature.length % 2 !== 0) return false;
  const half = signature.length / 2;
  if (half > 32) return false;
  const raw = Buffer.alloc(64);
  signature.copy(raw, 32 - half, 0, half);
  signature.copy(raw, 64 - half, half);
  return opensslVerify("sha256", message, { key: pem, dsaEncoding: "ieee-p1363" }, raw);
}

const FILES: Record<string, Count> = {
  "ecdsa_secp256r1_sha256_test.json": { valid: 174, invalid: 310, otherLength: 0, unsupported: 0 },
  "ecdsa_secp256r1_sha256_p1363_test.json": { valid: 173, invalid: 77, otherLength: 12, unsupported: 0 },
};

for (const [name, expected] of Object.entries(FILES)) {
  test(`Wycheproof ${name}`, (t) => {
    const path = sharedPath(`vectors/wycheproof/${name}`);
    if (path === null) return t.skip("no shared vectors");
    assert.deepEqual(runFile(path), expected);
  });
}

const folder = process.env["COUNTERSIGN_WYCHEPROOF"];
if (folder) {
  test(`Wycheproof files of ${folder}`, (t) => {
    let covered = 0;
    for (const name of readdirSync(folder).filter((file) => file.endsWith(".json"))) {
      const count = runFile(join(folder, name));
      covered += count.valid + count.invalid + count.otherLength;
      t.diagnostic(`${name}: ${JSON.stringify(count)}`);
    }
    assert.ok(covered > 0, "no file holds ECDSA P-256 with SHA-256");
  });
}
