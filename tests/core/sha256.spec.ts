import { Bytes } from "../../assembly/bytes/bytes";
import { Sha256, sha256 } from "../../assembly/hash/sha256";
import { toHex } from "./support/hex";
import { message } from "./support/message";

describe("SHA-256", () => {
  it("gives the digests of NIST's examples", () => {
    expect(toHex(sha256(Bytes.of("")))).toBe(
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    );
    expect(toHex(sha256(Bytes.of("abc")))).toBe(
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
    expect(toHex(sha256(Bytes.of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")))).toBe(
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    );
  });

  it("gives the digest of a million times a", () => {
    const million = Bytes.alloc(1_000_000);
    for (let i = 0; i < million.length; i++) million.set(i, 0x61);
    expect(toHex(sha256(million))).toBe("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  });

  it("does not depend on how the message is split", () => {
    for (let length = 0; length <= 200; length += 40) {
      const whole = message(length);
      const digest = sha256(whole);
      for (let cut = 0; cut <= length; cut++) {
        const parts = new Sha256().update(whole.slice(0, cut)).update(whole.from(cut)).digest();
        assert(parts.equals(digest), `split at ${cut.toString()} of ${length.toString()}`);
      }
    }
    expect(true).toBe(true);
  });

  it("leaves the message as it was", () => {
    const before = message(130);
    sha256(before);
    expect(before.equals(message(130))).toBe(true);
  });
});
