import assert from "node:assert/strict";
import {
  constants,
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  verify as opensslVerify,
  privateEncrypt,
  randomBytes,
  randomInt,
  sign,
} from "node:crypto";
import { describe, test } from "node:test";
import { verify } from "./probe.js";

const MESSAGE = Buffer.from("message");
const DIGEST_INFO = Buffer.from("3031300d060960864801650304020105000420", "hex");

interface KeyPair {
  pem: string;
  publicKey: KeyObject;
  privateKey: KeyObject;
}

function generate(modulusLength: number, publicExponent: number): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength, publicExponent });
  return { pem: pemOf(publicKey), publicKey, privateKey };
}

function pemOf(key: KeyObject): string {
  return key.export({ type: "spki", format: "pem" }).toString();
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}

function bytesOf(number: bigint, length: number): Buffer {
  return Buffer.from(number.toString(16).padStart(2 * length, "0"), "hex");
}

function modulusOf(key: KeyObject): bigint {
  return numberOf(Buffer.from(key.export({ format: "jwk" }).n ?? "", "base64url"));
}

/** Whether OpenSSL and we accept the signature. */
function agree({ pem, publicKey }: Pick<KeyPair, "pem" | "publicKey">, message: Buffer, signature: Buffer) {
  const expected = opensslVerify("sha256", message, publicKey, signature);
  const detail = `${pem} message ${message.toString("hex")} signature ${signature.toString("hex")}`;
  assert.equal(verify(pem, message, signature), expected, detail);
  return expected;
}

/** 00 01 FF … FF 00 ‖ `rest`, of the modulus' length. */
function padded(rest: Uint8Array, length: number): Buffer {
  const ones = Buffer.alloc(length - 3 - rest.length, 0xff);
  return Buffer.concat([Buffer.of(0, 1), ones, Buffer.of(0), rest]);
}

const KEYS = [
  { bits: 2048, exponent: 65537, rounds: 40 },
  { bits: 2048, exponent: 3, rounds: 40 },
  // No multiple of 32.
  { bits: 2056, exponent: 0x7fffffff, rounds: 20 },
  { bits: 3072, exponent: 65537, rounds: 20 },
  { bits: 4096, exponent: 65537, rounds: 10 },
];

for (const { bits, exponent, rounds } of KEYS) {
  describe(`RSA of ${bits} bits with the exponent ${exponent}`, () => {
    const key = generate(bits, exponent);
    const length = Math.ceil(bits / 8);
    const raw = (message: Buffer) =>
      privateEncrypt({ key: key.privateKey, padding: constants.RSA_NO_PADDING }, message);

    test("agrees with OpenSSL on valid signatures and single flipped bits", () => {
      let [valid, invalid] = [0, 0];
      for (let round = 0; round < rounds; round++) {
        const message = randomBytes(round);
        const signature = sign("sha256", message, key.privateKey);
        valid += agree(key, message, signature) ? 1 : 0;
        invalid += agree(key, Buffer.concat([message, Buffer.of(0)]), signature) ? 0 : 1;
        const bit = randomInt(8 * length);
        signature[bit >> 3] = (signature[bit >> 3] as number) ^ (1 << (bit & 7));
        invalid += agree(key, message, signature) ? 0 : 1;
      }
      assert.deepEqual([valid, invalid], [rounds, 2 * rounds]);
    });

    test("accepts no other hash and no PSS", () => {
      for (const hash of ["sha1", "sha224", "sha384", "sha512", "sha512-256", "md5"])
        assert.equal(verify(key.pem, MESSAGE, sign(hash, MESSAGE, key.privateKey)), false, hash);
      const padding = constants.RSA_PKCS1_PSS_PADDING;
      const pss = sign("sha256", MESSAGE, { key: key.privateKey, padding });
      assert.equal(verify(key.pem, MESSAGE, pss), false);
    });

    test("refuses every other encoding of the right digest", () => {
      const digest = createHash("sha256").update(MESSAGE).digest();
      const good = padded(Buffer.concat([DIGEST_INFO, digest]), length);
      assert.equal(agree(key, MESSAGE, raw(good)), true);

      const changed = (index: number, byte: number) => {
        const message = Buffer.from(good);
        message[index] = byte;
        return message;
      };
      const info = (prefix: string, ...rest: Uint8Array[]) =>
        padded(Buffer.concat([Buffer.from(prefix, "hex"), ...rest]), length);
      const short = padded(Buffer.concat([DIGEST_INFO, digest]), length - 8);
      const bad = {
        "block type 0": changed(1, 0),
        "block type 2": changed(1, 2),
        "a zero in the padding": changed(10, 0),
        "padding that is not all ones": changed(10, 0xfe),
        "no zero behind the padding": changed(length - 52, 0xff),
        "less padding, and bytes behind the digest": Buffer.concat([short, Buffer.alloc(8, 7)]),
        "less padding, and zeros before it": Buffer.concat([Buffer.alloc(8), short]),
        "no DigestInfo": padded(digest, length),
        "no NULL": info("302f300b0609608648016503040201", Buffer.of(4, 32), digest),
        "parameters of another type": info("3031300d060960864801650304020104000420", digest),
        "garbage in the parameters": info("3033300f060960864801650304020105020707", Buffer.of(4, 32), digest),
        "a length in the long form": info("308131300d060960864801650304020105000420", digest),
        "the hash of SHA-512/256": info("3031300d060960864801650304020605000420", digest),
      };
      for (const [what, message] of Object.entries(bad)) {
        assert.equal(message.length, length, what);
        assert.equal(verify(key.pem, MESSAGE, raw(message)), false, what);
      }
    });

    test("agrees with OpenSSL on numbers at the edges and on other lengths", () => {
      const n = modulusOf(key.publicKey);
      for (const number of [0n, 1n, 2n, n - 1n, n, n + 1n])
        assert.equal(agree(key, MESSAGE, bytesOf(number, length)), false, number.toString(16));
      const signature = sign("sha256", MESSAGE, key.privateKey);
      const more = numberOf(signature) + n;
      if (more < 2n ** BigInt(8 * length)) assert.equal(agree(key, MESSAGE, bytesOf(more, length)), false);
      assert.equal(agree(key, MESSAGE, Buffer.concat([Buffer.of(0), signature])), false);
      assert.equal(agree(key, MESSAGE, Buffer.concat([signature, Buffer.of(0)])), false);
      assert.equal(agree(key, MESSAGE, signature.subarray(1)), false);
      assert.equal(agree(key, MESSAGE, Buffer.alloc(0)), false);
    });
  });
}

test("RSA of 8192 bits agrees with OpenSSL", () => {
  // Making such a key takes long, so it is made backwards: with s³ = n + m, the signature s holds m modulo n.
  const length = 1024;
  const digest = createHash("sha256").update(MESSAGE).digest();
  const m = numberOf(padded(Buffer.concat([DIGEST_INFO, digest]), length));
  // 1.5³ · 2^8190 has 8192 bits, and n has to be odd.
  const s = (3n << 2729n) + ((m & 1n) ^ 1n);
  const n = s ** 3n - m;
  assert.equal(n.toString(2).length, 8192);

  const base64url = (bytes: Buffer) => bytes.toString("base64url");
  const jwk = { kty: "RSA", n: base64url(bytesOf(n, length)), e: base64url(Buffer.of(3)) };
  const publicKey = createPublicKey({ key: jwk, format: "jwk" });
  const key = { pem: pemOf(publicKey), publicKey };
  assert.equal(agree(key, MESSAGE, bytesOf(s, length)), true);
  assert.equal(agree(key, MESSAGE, bytesOf(s + 1n, length)), false);
  assert.equal(agree(key, MESSAGE, bytesOf(n - s, length)), false);
  assert.equal(agree(key, Buffer.from("other"), bytesOf(s, length)), false);
});
