import assert from "node:assert/strict";
import * as openssl from "node:crypto";
import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, randomInt } from "node:crypto";
import { test } from "node:test";
import { p256 } from "@noble/curves/nist.js";
import { verify } from "./probe.js";

const N = p256.Point.CURVE().n;

interface KeyPair {
  pem: string;
  publicKey: KeyObject;
  privateKey: KeyObject;
}

function keyPair(scalar: bigint): KeyPair {
  const d = bytesOf(scalar);
  const point = Buffer.from(p256.getPublicKey(d, false));
  const coordinates = {
    x: point.subarray(1, 33).toString("base64url"),
    y: point.subarray(33).toString("base64url"),
  };
  const jwk = { kty: "EC", crv: "P-256", ...coordinates, d: d.toString("base64url") };
  const privateKey = createPrivateKey({ key: jwk, format: "jwk" });
  const publicKey = createPublicKey(privateKey);
  return { pem: publicKey.export({ type: "spki", format: "pem" }).toString(), publicKey, privateKey };
}

function bytesOf(number: bigint): Buffer {
  return Buffer.from(number.toString(16).padStart(64, "0"), "hex");
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}

function sign(key: KeyPair, message: Buffer): Buffer {
  return openssl.sign("sha256", message, { key: key.privateKey, dsaEncoding: "ieee-p1363" });
}

/** What OpenSSL says of a signature that is r and s in 32 bytes each. */
function opensslVerifies(key: KeyPair, message: Buffer, raw: Buffer): boolean {
  return openssl.verify("sha256", message, { key: key.publicKey, dsaEncoding: "ieee-p1363" }, raw);
}

/** SEQUENCE { INTEGER r, INTEGER s } */
function derOf(raw: Buffer): Buffer {
  const [r, s] = [integer(raw.subarray(0, 32)), integer(raw.subarray(32))];
  return Buffer.concat([Buffer.from([0x30, r.length + s.length]), r, s]);
}

function integer(magnitude: Buffer): Buffer {
  let digits = magnitude;
  while (digits.length > 1 && digits[0] === 0) digits = digits.subarray(1);
  if ((digits[0] ?? 0) >= 0x80) digits = Buffer.concat([Buffer.alloc(1), digits]);
  return Buffer.concat([Buffer.from([0x02, digits.length]), digits]);
}

/** Small, large and arbitrary private keys. */
const KEYS = [1n, 2n, 3n, N - 1n, N - 2n, 2n ** 128n, ...Array.from({ length: 14 }, randomScalar)].map(
  keyPair,
);

function randomScalar(): bigint {
  return (numberOf(randomBytes(40)) % (N - 1n)) + 1n;
}

function agree(key: KeyPair, message: Buffer, raw: Buffer): boolean {
  const expected = opensslVerifies(key, message, raw);
  const detail = `${key.pem} message ${message.toString("hex")} signature ${raw.toString("hex")}`;
  assert.equal(verify(key.pem, message, derOf(raw)), expected, `DER: ${detail}`);
  assert.equal(verify(key.pem, message, raw), expected, `raw: ${detail}`);
  return expected;
}

test("ECDSA P-256 agrees with OpenSSL on valid signatures, their mirror images and single flipped bits", () => {
  let [valid, invalid] = [0, 0];
  for (let round = 0; round < 250; round++) {
    const key = KEYS[round % KEYS.length] as KeyPair;
    const message = randomBytes(round);
    const raw = sign(key, message);

    const mirrored = Buffer.concat([raw.subarray(0, 32), bytesOf(N - numberOf(raw.subarray(32)))]);
    for (const good of [raw, mirrored]) valid += agree(key, message, good) ? 1 : 0;

    const flipped = Buffer.from(raw);
    const bit = randomInt(512);
    flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
    const otherKey = KEYS[(round + 1) % KEYS.length] as KeyPair;
    invalid += agree(key, message, flipped) ? 0 : 1;
    invalid += agree(otherKey, message, raw) ? 0 : 1;
    invalid += agree(key, Buffer.concat([message, Buffer.of(0)]), raw) ? 0 : 1;
  }
  assert.deepEqual([valid, invalid], [500, 750]);
});

test("ECDSA P-256 agrees with OpenSSL on r and s at the edges of their range", () => {
  const edges = [0n, 1n, 2n, N - 1n, N, N + 1n, 2n ** 128n, 2n ** 255n, 2n ** 256n - 1n];
  const message = Buffer.from("edge");
  for (const key of KEYS.slice(0, 3)) {
    const raw = sign(key, message);
    for (const edge of edges) {
      agree(key, message, Buffer.concat([bytesOf(edge), raw.subarray(32)]));
      agree(key, message, Buffer.concat([raw.subarray(0, 32), bytesOf(edge)]));
      for (const other of edges) agree(key, message, Buffer.concat([bytesOf(edge), bytesOf(other)]));
    }
  }
});

test("ECDSA P-256 takes r and s with any number of leading zeros, up to 66 bytes each, as upstream does", () => {
  const key = KEYS[7] as KeyPair;
  const message = Buffer.from("padded");
  const raw = sign(key, message);
  const padded = (zeros: number) => {
    const padding = Buffer.alloc(zeros);
    return Buffer.concat([padding, raw.subarray(0, 32), padding, raw.subarray(32)]);
  };
  for (const zeros of [0, 1, 16, 34]) assert.equal(verify(key.pem, message, padded(zeros)), true, `${zeros}`);
  assert.equal(verify(key.pem, message, padded(35)), false);
});

test("ECDSA P-256 agrees with @noble/curves", () => {
  for (let round = 0; round < 100; round++) {
    const privateKey = bytesOf(randomScalar());
    const key = keyPair(numberOf(privateKey));
    const message = randomBytes(round);
    const raw = Buffer.from(p256.sign(message, privateKey, { lowS: false }));
    assert.equal(verify(key.pem, message, raw), true, `${key.pem} ${message.toString("hex")}`);
    assert.equal(verify(key.pem, message, derOf(raw)), true);

    raw[round % 64] = (raw[round % 64] as number) ^ 0x10;
    const expected = p256.verify(raw, message, p256.getPublicKey(privateKey), { lowS: false });
    assert.equal(verify(key.pem, message, raw), expected);
  }
});
