import assert from "node:assert/strict";
import * as openssl from "node:crypto";
import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, randomInt } from "node:crypto";
import { describe, test } from "node:test";
import { p256, p384, p521 } from "@noble/curves/nist.js";
import { verify } from "./probe.js";

interface Curve {
  name: string;
  noble: typeof p256;
  /** Of the order and of a coordinate. */
  bytes: number;
  /** What is accepted: SHA-256 as by containers/image, and the curve's own as by cosign 3. */
  hashes: string[];
  /** Of random tests, which take milliseconds each. */
  rounds: number;
}

const CURVES: Curve[] = [
  { name: "P-256", noble: p256, bytes: 32, hashes: ["sha256"], rounds: 250 },
  { name: "P-384", noble: p384, bytes: 48, hashes: ["sha256", "sha384"], rounds: 40 },
  { name: "P-521", noble: p521, bytes: 66, hashes: ["sha256", "sha512"], rounds: 20 },
];

const ALL_HASHES = ["sha1", "sha224", "sha256", "sha384", "sha512", "sha512-256", "sha3-256"];

interface KeyPair {
  pem: string;
  publicKey: KeyObject;
  privateKey: KeyObject;
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}

/** SEQUENCE { INTEGER r, INTEGER s } */
function derOf(raw: Buffer): Buffer {
  const [r, s] = [integer(raw.subarray(0, raw.length / 2)), integer(raw.subarray(raw.length / 2))];
  const length = r.length + s.length;
  return Buffer.concat([Buffer.from(length < 128 ? [0x30, length] : [0x30, 0x81, length]), r, s]);
}

function integer(magnitude: Buffer): Buffer {
  let digits = magnitude;
  while (digits.length > 1 && digits[0] === 0) digits = digits.subarray(1);
  if ((digits[0] ?? 0) >= 0x80) digits = Buffer.concat([Buffer.alloc(1), digits]);
  return Buffer.concat([Buffer.from([0x02, digits.length]), digits]);
}

for (const { name, noble, bytes, hashes, rounds } of CURVES) {
  const n = noble.Point.CURVE().n;

  const bytesOf = (number: bigint): Buffer =>
    Buffer.from(number.toString(16).padStart(2 * bytes, "0"), "hex");

  const randomScalar = (): bigint => (numberOf(randomBytes(bytes + 8)) % (n - 1n)) + 1n;

  const keyPair = (scalar: bigint): KeyPair => {
    const d = bytesOf(scalar);
    const point = Buffer.from(noble.getPublicKey(d, false));
    const coordinates = {
      x: point.subarray(1, 1 + bytes).toString("base64url"),
      y: point.subarray(1 + bytes).toString("base64url"),
    };
    const jwk = { kty: "EC", crv: name, ...coordinates, d: d.toString("base64url") };
    const privateKey = createPrivateKey({ key: jwk, format: "jwk" });
    const publicKey = createPublicKey(privateKey);
    return { pem: publicKey.export({ type: "spki", format: "pem" }).toString(), publicKey, privateKey };
  };

  /** r and s. */
  const sign = (key: KeyPair, hash: string, message: Buffer): Buffer =>
    openssl.sign(hash, message, { key: key.privateKey, dsaEncoding: "ieee-p1363" });

  /** Small, large and arbitrary private keys. */
  const keys = [1n, 2n, 3n, n - 1n, n - 2n, 2n ** 128n, ...Array.from({ length: 14 }, randomScalar)].map(
    keyPair,
  );

  for (const hash of hashes) {
    /** Whether OpenSSL and we, in both encodings, accept r and s. */
    const agree = (key: KeyPair, message: Buffer, raw: Buffer): boolean => {
      const expected = openssl.verify(hash, message, { key: key.publicKey, dsaEncoding: "ieee-p1363" }, raw);
      const detail = `${key.pem} message ${message.toString("hex")} signature ${raw.toString("hex")}`;
      assert.equal(verify(key.pem, message, derOf(raw)), expected, `DER: ${detail}`);
      assert.equal(verify(key.pem, message, raw), expected, `raw: ${detail}`);
      return expected;
    };

    describe(`ECDSA ${name} over ${hash}`, () => {
      test("agrees with OpenSSL on valid signatures, their mirror images and single flipped bits", () => {
        let [valid, invalid] = [0, 0];
        for (let round = 0; round < rounds; round++) {
          const key = keys[round % keys.length] as KeyPair;
          const message = randomBytes(round);
          const raw = sign(key, hash, message);

          const mirrored = Buffer.concat([
            raw.subarray(0, bytes),
            bytesOf(n - numberOf(raw.subarray(bytes))),
          ]);
          for (const good of [raw, mirrored]) valid += agree(key, message, good) ? 1 : 0;

          const flipped = Buffer.from(raw);
          const bit = randomInt(16 * bytes);
          flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
          const otherKey = keys[(round + 1) % keys.length] as KeyPair;
          invalid += agree(key, message, flipped) ? 0 : 1;
          invalid += agree(otherKey, message, raw) ? 0 : 1;
          invalid += agree(key, Buffer.concat([message, Buffer.of(0)]), raw) ? 0 : 1;
        }
        assert.deepEqual([valid, invalid], [2 * rounds, 3 * rounds]);
      });

      test("agrees with OpenSSL on r and s at the edges of their range", () => {
        const top = 2n ** BigInt(8 * bytes) - 1n;
        const edges = [
          0n,
          1n,
          2n,
          n - 1n,
          n,
          n + 1n,
          2n ** 128n,
          2n ** BigInt(n.toString(2).length - 1),
          top,
        ];
        const message = Buffer.from("edge");
        const [key] = keys as [KeyPair];
        const raw = sign(key, hash, message);
        for (const edge of edges) {
          agree(key, message, Buffer.concat([bytesOf(edge), raw.subarray(bytes)]));
          agree(key, message, Buffer.concat([raw.subarray(0, bytes), bytesOf(edge)]));
          for (const other of edges) agree(key, message, Buffer.concat([bytesOf(edge), bytesOf(other)]));
        }
      });

      test("agrees with @noble/curves", () => {
        const options = { prehash: false, lowS: false };
        for (let round = 0; round < rounds / 4; round++) {
          const privateKey = bytesOf(randomScalar());
          const key = keyPair(numberOf(privateKey));
          const message = randomBytes(round);
          const digest = openssl.createHash(hash).update(message).digest();
          const raw = Buffer.from(noble.sign(digest, privateKey, options));
          assert.equal(verify(key.pem, message, raw), true, `${key.pem} ${message.toString("hex")}`);
          assert.equal(verify(key.pem, message, derOf(raw)), true);

          raw[round % bytes] = (raw[round % bytes] as number) ^ 0x10;
          const expected = noble.verify(raw, digest, noble.getPublicKey(privateKey), options);
          assert.equal(verify(key.pem, message, raw), expected);
        }
      });
    });
  }

  test(`ECDSA ${name} is accepted over ${hashes.join(" and ")} alone`, () => {
    const [key] = keys as [KeyPair];
    const message = Buffer.from("message");
    const accepted = ALL_HASHES.filter((hash) => verify(key.pem, message, sign(key, hash, message)));
    assert.deepEqual(accepted, hashes);
  });

  test(`ECDSA ${name} takes r and s with any number of leading zeros, up to 66 bytes each, as upstream does`, () => {
    const key = keys[7] as KeyPair;
    const message = Buffer.from("padded");
    const raw = sign(key, "sha256", message);
    const padded = (zeros: number) => {
      const padding = Buffer.alloc(zeros);
      return Buffer.concat([padding, raw.subarray(0, bytes), padding, raw.subarray(bytes)]);
    };
    const most = 66 - bytes;
    for (const zeros of [0, most >> 1, most])
      assert.equal(verify(key.pem, message, padded(zeros)), true, `${zeros}`);
    assert.equal(verify(key.pem, message, padded(most + 1)), false);
  });
}
