import { Bytes } from "../../assembly/bytes/bytes";
import { sha512 } from "../../assembly/hash/sha512";
import { verifyEd25519, verifyEd25519ph } from "../../assembly/sig/ed25519";
import { fromHex } from "./support/hex";

// RFC 8032, 7.1, test 3, and 7.3.
const KEY = "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025";
const R = "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac";
const S = "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a";
const PREHASH_KEY = "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf";
const PREHASH_SIGNATURE =
  "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41 31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406";

describe("Ed25519", () => {
  it("takes the signatures of RFC 8032", () => {
    expect(verifyEd25519(fromHex(KEY), fromHex("af82"), fromHex(R + S))).toBe(true);
    expect(verifyEd25519(fromHex(KEY), fromHex("af83"), fromHex(R + S))).toBe(false);
    expect(verifyEd25519ph(fromHex(KEY), fromHex("af82"), fromHex(R + S))).toBe(false);
  });

  it("takes signatures of 64 bytes only", () => {
    const signature = fromHex(`${R}${S}00`);
    expect(verifyEd25519(fromHex(KEY), fromHex("af82"), signature)).toBe(false);
    expect(verifyEd25519(fromHex(KEY), fromHex("af82"), signature.slice(0, 63))).toBe(false);
    expect(verifyEd25519(fromHex(KEY), fromHex("af82"), signature.slice(0, 0))).toBe(false);
  });

  it("takes nothing by a key that is no point", () => {
    const key = Bytes.alloc(32);
    key.set(0, 2);
    expect(verifyEd25519(key, fromHex("af82"), fromHex(R + S))).toBe(false);
  });
});

describe("Ed25519ph", () => {
  it("takes the signature of RFC 8032", () => {
    const message = Bytes.of("abc");
    expect(verifyEd25519ph(fromHex(PREHASH_KEY), sha512(message), fromHex(PREHASH_SIGNATURE))).toBe(true);
    expect(verifyEd25519ph(fromHex(PREHASH_KEY), sha512(Bytes.of("abd")), fromHex(PREHASH_SIGNATURE))).toBe(
      false,
    );
    expect(verifyEd25519(fromHex(PREHASH_KEY), message, fromHex(PREHASH_SIGNATURE))).toBe(false);
  });
});
