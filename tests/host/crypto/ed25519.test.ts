// OpenSSL decides as Go's crypto/ed25519 does: no cofactor, R compared as bytes, any encoding of the key.
import assert from "node:assert/strict";
import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  verify as opensslVerify,
  randomBytes,
  randomInt,
  sign,
} from "node:crypto";
import { test } from "node:test";
import { ED25519_TORSION_SUBGROUP, ed25519, ed25519ctx, ed25519ph } from "@noble/curves/ed25519.js";
import { verify, verifyPure } from "./probe.js";

const { Point } = ed25519;
const L = Point.CURVE().n;
const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

const MESSAGE = Buffer.from("message");

interface PublicKey {
  pem: string;
  publicKey: KeyObject;
}

/** The key of these 32 bytes, whatever they are. */
function keyOf(bytes: Uint8Array): PublicKey {
  const publicKey = createPublicKey({
    key: Buffer.concat([SPKI_PREFIX, bytes]),
    format: "der",
    type: "spki",
  });
  return { publicKey, pem: publicKey.export({ type: "spki", format: "pem" }).toString() };
}

/** Whether OpenSSL and we accept the signature, as one of Ed25519 itself: by weak keys, Ed25519ph is another chance. */
function agree({ pem, publicKey }: PublicKey, message: Buffer, signature: Buffer): boolean {
  const expected = opensslVerify(null, message, publicKey, signature);
  const detail = `${pem} message ${message.toString("hex")} signature ${signature.toString("hex")}`;
  assert.equal(verifyPure(pem, message, signature), expected, detail);
  if (expected) assert.equal(verify(pem, message, signature), true, detail);
  return expected;
}

function littleEndian(number: bigint): Buffer {
  return Buffer.from(number.toString(16).padStart(64, "0"), "hex").reverse();
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
}

/** SHA-512(R ‖ A ‖ M) modulo L */
function challenge(r: Uint8Array, a: Uint8Array, message: Uint8Array): bigint {
  return numberOf(createHash("sha512").update(r).update(a).update(message).digest()) % L;
}

test("Ed25519 agrees with OpenSSL on valid signatures and single flipped bits", () => {
  let [valid, invalid] = [0, 0];
  for (let round = 0; round < 100; round++) {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const key = { publicKey, pem: publicKey.export({ type: "spki", format: "pem" }).toString() };
    const message = randomBytes(3 * round);
    const signature = sign(null, message, privateKey);
    valid += agree(key, message, signature) ? 1 : 0;
    invalid += agree(key, Buffer.concat([message, Buffer.of(0)]), signature) ? 0 : 1;
    const bit = randomInt(512);
    signature[bit >> 3] = (signature[bit >> 3] as number) ^ (1 << (bit & 7));
    invalid += agree(key, message, signature) ? 0 : 1;
  }
  assert.deepEqual([valid, invalid], [100, 200]);
});

test("Ed25519 refuses S that is not below L, and other lengths", () => {
  const secret = randomBytes(32);
  const key = keyOf(ed25519.getPublicKey(secret));
  const signature = Buffer.from(ed25519.sign(MESSAGE, secret));
  const [r, s] = [signature.subarray(0, 32), numberOf(signature.subarray(32))];
  const withS = (number: bigint) => Buffer.concat([r, littleEndian(number)]);
  assert.equal(agree(key, MESSAGE, withS(s)), true);
  for (let k = 1n; s + k * L < 2n ** 256n; k++) assert.equal(agree(key, MESSAGE, withS(s + k * L)), false);
  for (const edge of [0n, L - 1n, L, L + 1n, 2n ** 255n, 2n ** 256n - 1n])
    assert.equal(agree(key, MESSAGE, withS(edge)), false);
  assert.equal(agree(key, MESSAGE, signature.subarray(0, 63)), false);
  assert.equal(agree(key, MESSAGE, Buffer.concat([signature, Buffer.of(0)])), false);
  assert.equal(agree(key, MESSAGE, Buffer.alloc(0)), false);
});

test("Ed25519 agrees with OpenSSL on points of small order in every encoding", () => {
  // Of y = 0 and y = 1 also as p and p + 1; each with the sign that its x has not.
  const canonical = ED25519_TORSION_SUBGROUP.map((hex) => Buffer.from(hex, "hex"));
  const p = 2n ** 255n - 19n;
  const unreduced = [littleEndian(p), littleEndian(p + 1n)];
  const encodings = new Map<string, Buffer>();
  for (const encoding of [...canonical, ...unreduced]) {
    const otherSign = Buffer.from(encoding);
    otherSign[31] = (otherSign[31] as number) ^ 0x80;
    for (const each of [encoding, otherSign]) encodings.set(each.toString("hex"), each);
  }
  assert.equal(encodings.size, 14);

  let [accepted, refused] = [0, 0];
  for (const a of encodings.values()) {
    const key = keyOf(a);
    for (const r of encodings.values()) {
      for (let message = 0; message < 8; message++) {
        const signature = Buffer.concat([r, Buffer.alloc(32)]);
        if (agree(key, Buffer.of(message), signature)) accepted++;
        else refused++;
      }
    }
  }
  assert.ok(accepted > 100 && refused > 1000, `${accepted} accepted, ${refused} refused`);
});

test("Ed25519 leaves no room for the cofactor", () => {
  const torsion = Point.fromHex(ED25519_TORSION_SUBGROUP[1] as string);
  const [secret, nonce] = [numberOf(randomBytes(31)), numberOf(randomBytes(31))];
  const a = Point.BASE.multiply(secret);
  const r = Point.BASE.multiply(nonce);

  // R + T: the equation holds eightfold only.
  const shifted = Buffer.from(r.add(torsion).toBytes());
  const s = (nonce + challenge(shifted, a.toBytes(), MESSAGE) * secret) % L;
  const signature = Buffer.concat([shifted, littleEndian(s)]);
  assert.equal(ed25519.verify(signature, MESSAGE, a.toBytes(), { zip215: true }), true);
  assert.equal(agree(keyOf(a.toBytes()), MESSAGE, signature), false);

  // A + T: the equation holds where h is a multiple of eight.
  const mixed = a.add(torsion).toBytes();
  let accepted = 0;
  for (let message = 0; message < 64; message++) {
    const h = challenge(r.toBytes(), mixed, Buffer.of(message));
    const mixedSignature = Buffer.concat([r.toBytes(), littleEndian((nonce + h * secret) % L)]);
    const holds = agree(keyOf(mixed), Buffer.of(message), mixedSignature);
    assert.equal(holds, h % 8n === 0n);
    accepted += holds ? 1 : 0;
  }
  assert.ok(accepted < 64);
});

test("Ed25519 accepts nothing by a key that is no point", () => {
  const signature = Buffer.from(ed25519.sign(MESSAGE, randomBytes(32)));
  let none = 0;
  for (let y = 0; y < 20; y++) {
    const bytes = littleEndian(BigInt(y));
    assert.equal(agree(keyOf(bytes), MESSAGE, signature), false);
    try {
      Point.fromBytes(bytes, true);
    } catch {
      none++;
    }
  }
  assert.ok(none > 5);
});

test("Ed25519ph is accepted with an empty context alone", () => {
  for (let round = 0; round < 20; round++) {
    const secret = randomBytes(32);
    const { pem } = keyOf(ed25519.getPublicKey(secret));
    const message = randomBytes(10 * round);
    const signature = Buffer.from(ed25519ph.sign(message, secret));
    assert.equal(verify(pem, message, signature), true);
    assert.equal(verify(pem, Buffer.concat([message, Buffer.of(0)]), signature), false);
    signature[round] = (signature[round] as number) ^ 1;
    assert.equal(verify(pem, message, signature), false);

    const context = Buffer.from("context");
    const digest = createHash("sha512").update(message).digest();
    const others = {
      "Ed25519ph with a context": ed25519ph.sign(message, secret, { context }),
      "Ed25519ctx with a context": ed25519ctx.sign(message, secret, { context }),
      "Ed25519ctx without one": ed25519ctx.sign(message, secret),
      "Ed25519 over the digest": ed25519.sign(digest, secret),
      "Ed25519ph over the digest": ed25519ph.sign(digest, secret),
    };
    for (const [what, other] of Object.entries(others))
      assert.equal(verify(pem, message, other), false, what);
  }
});
