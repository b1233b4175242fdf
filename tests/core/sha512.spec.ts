import { Bytes } from "../../assembly/bytes/bytes";
import { Sha512, sha384, sha512 } from "../../assembly/hash/sha512";
import { toHex } from "./support/hex";
import { message } from "./support/message";

describe("SHA-512", () => {
  it("gives the digests of NIST's examples", () => {
    expect(toHex(sha512(Bytes.of("")))).toBe(
      "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
    );
    expect(toHex(sha512(Bytes.of("abc")))).toBe(
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    );
    expect(
      toHex(
        sha512(
          Bytes.of(
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
          ),
        ),
      ),
    ).toBe(
      "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909",
    );
  });

  it("gives the digest of a million times a", () => {
    const million = Bytes.alloc(1_000_000);
    for (let i = 0; i < million.length; i++) million.set(i, 0x61);
    expect(toHex(sha512(million))).toBe(
      "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973ebde0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b",
    );
  });

  it("does not depend on how the message is split", () => {
    for (let length = 0; length <= 300; length += 60) {
      const whole = message(length);
      const digest = sha512(whole);
      for (let cut = 0; cut <= length; cut++) {
        const parts = new Sha512().update(whole.slice(0, cut)).update(whole.from(cut)).digest();
        assert(parts.equals(digest), `split at ${cut.toString()} of ${length.toString()}`);
      }
    }
    expect(true).toBe(true);
  });

  it("leaves the message as it was", () => {
    const before = message(260);
    sha512(before);
    expect(before.equals(message(260))).toBe(true);
  });
});

describe("SHA-384", () => {
  it("gives the digests of NIST's examples", () => {
    expect(toHex(sha384(Bytes.of("")))).toBe(
      "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b",
    );
    expect(toHex(sha384(Bytes.of("abc")))).toBe(
      "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
    );
    expect(
      toHex(
        sha384(
          Bytes.of(
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
          ),
        ),
      ),
    ).toBe(
      "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712fcc7c71a557e2db966c3e9fa91746039",
    );
  });
});
