import { Bytes } from "../../assembly/bytes/bytes";
import { Writer } from "../../assembly/bytes/writer";
import { sha256 } from "../../assembly/hash/sha256";
import { verifyRsa } from "../../assembly/sig/rsa";
import { parseRsaPublicKey, RsaPublicKey } from "../../assembly/sig/rsa-key";
import { fromHex, toHex } from "./support/hex";

const SHA256_INFO = "3031300d060960864801650304020105000420";
const SHA256_INFO_WITHOUT_NULL = "302f300b0609608648016503040201 0420";

/** The exponent 1, which no key has: a signature is the message it holds. */
function openKey(bytes: i32): RsaPublicKey {
  const modulus = Bytes.alloc(bytes);
  memory.fill(modulus.start, 0xff, bytes);
  return new RsaPublicKey(modulus, fromHex("01"));
}

/** `length` bytes: 00, `type`, padding of ones, 00, `digestInfo`, `digest`. */
function encoded(type: u8, digestInfo: string, digest: Bytes, length: i32): Bytes {
  const info = fromHex(digestInfo);
  const out = new Writer().byte(0).byte(type);
  for (let i = 3 + info.length + digest.length; i < length; i++) out.byte(0xff);
  return out.byte(0).bytes(info).bytes(digest).done();
}

describe("RSASSA-PKCS1-v1_5", () => {
  it("takes the one encoding of the digest, at any length", () => {
    const digest = sha256(Bytes.of("abc"));
    for (let length = 256; length <= 261; length++) {
      const message = encoded(1, SHA256_INFO, digest, length);
      assert(verifyRsa(openKey(length), digest, message), `${length.toString()} bytes`);
    }
    expect(digest.length).toBe(32);
  });

  it("takes no other, whichever bit it is that differs", () => {
    const digest = sha256(Bytes.of("abc"));
    const key = openKey(256);
    const message = encoded(1, SHA256_INFO, digest, 256);
    for (let i = 0; i < message.length; i++) {
      const bit = (<u8>1) << (<u8>(i & 7));
      message.set(i, message.at(i) ^ bit);
      assert(!verifyRsa(key, digest, message), `byte ${i.toString()}`);
      message.set(i, message.at(i) ^ bit);
    }
    expect(verifyRsa(key, digest, message)).toBe(true);
  });

  it("takes no encoding without NULL, of another type or with less padding", () => {
    const digest = sha256(Bytes.of("abc"));
    const key = openKey(256);
    expect(verifyRsa(key, digest, encoded(1, SHA256_INFO_WITHOUT_NULL, digest, 256))).toBe(false);
    expect(verifyRsa(key, digest, encoded(2, SHA256_INFO, digest, 256))).toBe(false);
    expect(verifyRsa(key, digest, encoded(0, SHA256_INFO, digest, 256))).toBe(false);
    const short = encoded(1, SHA256_INFO, digest, 200);
    expect(verifyRsa(key, digest, new Writer().bytes(short).bytes(Bytes.alloc(56)).done())).toBe(false);
    expect(verifyRsa(key, digest, new Writer().bytes(Bytes.alloc(56)).bytes(short).done())).toBe(false);
  });

  it("takes a signature of the modulus' length only", () => {
    const digest = sha256(Bytes.of("abc"));
    const key = openKey(256);
    const message = encoded(1, SHA256_INFO, digest, 256);
    expect(verifyRsa(key, digest, message.from(1))).toBe(false, "without its leading zero");
    expect(verifyRsa(key, digest, new Writer().byte(0).bytes(message).done())).toBe(false);
    expect(verifyRsa(key, digest, Bytes.alloc(0))).toBe(false);
  });

  it("takes no signature that is not below the modulus", () => {
    const digest = sha256(Bytes.of("abc"));
    const message = encoded(1, SHA256_INFO, digest, 256);
    // m + n where the sum still has the length: the modulus begins with 01.
    const modulus = Bytes.alloc(256);
    modulus.set(0, 0x01);
    modulus.set(255, 0x01);
    const key = new RsaPublicKey(modulus, fromHex("01"));
    expect(verifyRsa(key, digest, message)).toBe(true);
    message.set(0, 0x01);
    message.set(255, message.at(255) + 1);
    expect(verifyRsa(key, digest, message)).toBe(false);
  });
});

describe("an RSAPublicKey", () => {
  it("is two natural numbers", () => {
    const key = parseRsaPublicKey(fromHex("30 08 02020081 02021234"))!;
    expect(toHex(key.modulus)).toBe("81");
    expect(toHex(key.exponent)).toBe("1234");
    expect(parseRsaPublicKey(fromHex("30 06 020105 0201ff")) === null).toBe(true, "a negative exponent");
    expect(parseRsaPublicKey(fromHex("30 03 020105")) === null).toBe(true, "no exponent");
    expect(parseRsaPublicKey(fromHex("30 06 020105 020103 00")) === null).toBe(true, "more behind it");
  });
});
