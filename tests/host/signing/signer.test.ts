import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, type KeyObject, verify } from "node:crypto";
import { describe, test } from "node:test";
import { ed25519 } from "@noble/curves/ed25519.js";
import { p256, p384, p521 } from "@noble/curves/nist.js";

import { readPlainPrivateKey } from "../../../host/signing/keys/private-key.js";
import { KeyRefused } from "../../../host/signing/keys/refused.js";
import { assertPublicKeyOf, createSigner, type Signer } from "../../../host/signing/signer.js";

const MESSAGE = Buffer.from("a message");

function signerOf(privateKey: KeyObject): Promise<Signer> {
  const pem = privateKey.export({ type: "pkcs8", format: "pem" });
  return createSigner(readPlainPrivateKey(Buffer.from(pem)));
}

const sha256 = (message: Uint8Array) => createHash("sha256").update(message).digest();

describe("ECDSA, over SHA-256 whatever the curve", () => {
  for (const [name, curve] of [
    ["P-256", p256],
    ["P-384", p384],
    ["P-521", p521],
  ] as const) {
    test(`${name}: what OpenSSL and noble verify, in DER and with low s`, async () => {
      const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: name });
      const signer = await signerOf(privateKey);
      const point = publicPoint(publicKey);
      for (let i = 0; i < 8; i++) {
        const message = Buffer.from([i]);
        const signature = signer.sign(message);
        assert.ok(verify("sha256", message, publicKey, signature));
        assert.ok(!verify("sha512", message, publicKey, signature));
        const options = { prehash: false, lowS: true, format: "der" } as const;
        assert.ok(curve.verify(signature, sha256(message), point, options));
      }
    });
  }

  test('the nonce is that of RFC 6979: P-256, SHA-256, "sample"', async () => {
    const d = "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721";
    const x = "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6";
    const y = "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299";
    const r = "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716";
    const s = "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8";
    const sec1 = Buffer.from(`30770201010420${d}A00A06082A8648CE3D030107A14403420004${x}${y}`, "hex");
    const pem = `-----BEGIN EC PRIVATE KEY-----\n${sec1.toString("base64")}\n-----END EC PRIVATE KEY-----\n`;
    const signer = await createSigner(readPlainPrivateKey(Buffer.from(pem)));
    const { Fn } = p256.Point;
    const low = new p256.Signature(BigInt(`0x${r}`), Fn.neg(BigInt(`0x${s}`)));
    assert.equal(Buffer.from(signer.sign(Buffer.from("sample"))).toString("hex"), low.toHex("der"));
  });
});

test("RSA: PKCS#1 v1.5 over SHA-256", async () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const signature = (await signerOf(privateKey)).sign(MESSAGE);
  assert.ok(verify("sha256", MESSAGE, publicKey, signature));
  assert.equal(encodedMessage(signature, publicKey).toString("hex"), pkcs1(sha256(MESSAGE), 256));
});

test("Ed25519: over the message itself, not over its hash", async () => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const signature = (await signerOf(privateKey)).sign(MESSAGE);
  const spki = publicKey.export({ type: "spki", format: "der" });
  assert.ok(ed25519.verify(signature, MESSAGE, spki.subarray(-32)));
});

for (const { publicKey, privateKey } of [
  generateKeyPairSync("ec", { namedCurve: "P-521" }),
  generateKeyPairSync("rsa", { modulusLength: 2048 }),
  generateKeyPairSync("ed25519"),
]) {
  test(`${publicKey.asymmetricKeyType}: the same message gives the same signature, another another`, async () => {
    const signer = await signerOf(privateKey);
    assert.deepEqual(signer.sign(MESSAGE), signer.sign(MESSAGE));
    assert.notDeepEqual(signer.sign(MESSAGE), signer.sign(Buffer.from("another")));
  });
}

describe("the public key to a signer", async () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const signer = await signerOf(privateKey);
  const pem = (key: KeyObject, type: "spki" | "pkcs1" = "spki") =>
    Buffer.from(key.export({ type, format: "pem" }) as string);

  test("has the fingerprint and the hint of its SPKI", () => {
    const digest = sha256(publicKey.export({ type: "spki", format: "der" }));
    assert.equal(signer.publicKey.fingerprint, digest.toString("hex"));
    assert.equal(signer.publicKey.hint, digest.toString("base64"));
  });

  test("belongs to it in either encoding", () => {
    assertPublicKeyOf(signer, pem(publicKey));
    assertPublicKeyOf(signer, pem(publicKey, "pkcs1"));
  });

  const other = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey;
  const refused: [title: string, file: Buffer, message: RegExp][] = [
    ["another's", pem(other), /^the public key does not belong to the private key$/],
    ["the right one and another's", Buffer.concat([pem(publicKey), pem(other)]), /^more than one PEM block$/],
    ["no PEM", Buffer.from("ssh-rsa AAAA"), /^no key in the PEM file$/],
  ];
  for (const [title, file, message] of refused) {
    test(`refused: ${title}`, () => {
      assert.throws(() => assertPublicKeyOf(signer, file), { name: KeyRefused.name, message });
    });
  }
});

/** The uncompressed point at the end of an EC key's SPKI. */
function publicPoint(key: KeyObject): Uint8Array {
  const spki = key.export({ type: "spki", format: "der" });
  return spki.subarray(spki.indexOf(Buffer.from([0x00, 0x04]), 20) + 1);
}

/** s^e mod n, by the definition (RFC 8017, 8.2.2). */
function encodedMessage(signature: Uint8Array, key: KeyObject): Buffer {
  const { n = "", e = "" } = key.export({ format: "jwk" });
  const number = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
  const modulus = number(Buffer.from(n, "base64url"));
  let power = 1n;
  for (const bit of number(Buffer.from(e, "base64url")).toString(2)) {
    power = (power * power) % modulus;
    if (bit === "1") power = (power * number(signature)) % modulus;
  }
  return Buffer.from(power.toString(16).padStart(2 * signature.length, "0"), "hex");
}

/** EMSA-PKCS1-v1_5 of a SHA-256 hash (RFC 8017, 9.2), in hex. */
function pkcs1(hash: Buffer, length: number): string {
  const digestInfo = `3031300d060960864801650304020105000420${hash.toString("hex")}`;
  return `0001${"ff".repeat(length - 3 - digestInfo.length / 2)}00${digestInfo}`;
}
