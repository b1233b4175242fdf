import { encodeElement } from "../../assembly/asn1/encode";
import { INTEGER, SEQUENCE } from "../../assembly/asn1/tag";
import { Bytes } from "../../assembly/bytes/bytes";
import { Writer } from "../../assembly/bytes/writer";
import { costOf } from "../../assembly/sig/cost";
import { KeyKind, PublicKey } from "../../assembly/sig/public-key";
import { fromHex } from "./support/hex";

function costOfKind(kind: KeyKind): i32 {
  const nothing = Bytes.alloc(0);
  return costOf(new PublicKey(kind, nothing, nothing));
}

function costOfRsa(bits: i32): i32 {
  const modulus = Bytes.alloc(bits / 8 + 1);
  modulus.set(1, 0x80);
  const key = new Writer()
    .bytes(encodeElement(INTEGER, modulus))
    .bytes(encodeElement(INTEGER, fromHex("03")))
    .done();
  return costOf(new PublicKey(KeyKind.Rsa, Bytes.alloc(0), encodeElement(SEQUENCE, key)));
}

describe("the cost of a check", () => {
  it("is counted in verifications by P-256", () => {
    expect(costOfKind(KeyKind.EcdsaP256)).toBe(1);
    expect(costOfKind(KeyKind.Ed25519)).toBe(2);
    expect(costOfKind(KeyKind.EcdsaP384)).toBe(6);
    expect(costOfKind(KeyKind.EcdsaP521)).toBe(16);
  });

  it("grows with the square of an RSA key's size", () => {
    expect(costOfRsa(2048)).toBe(1);
    expect(costOfRsa(3072)).toBe(2);
    expect(costOfRsa(4096)).toBe(3);
    expect(costOfRsa(8192)).toBe(12);
  });
});
