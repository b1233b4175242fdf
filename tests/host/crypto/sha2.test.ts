import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";
import { sha256, sha384, sha512 } from "./probe.js";

const HASHES = { sha256, sha384, sha512 };

for (const [name, hash] of Object.entries(HASHES)) {
  const agrees = (message: Uint8Array, detail: string) =>
    assert.deepEqual(hash(message), createHash(name).update(message).digest(), detail);

  test(`${name} agrees with OpenSSL on every length around the block boundaries`, () => {
    for (let length = 0; length <= 1025; length++) agrees(randomBytes(length), `${length} bytes`);
  });

  test(`${name} agrees with OpenSSL on random messages`, () => {
    for (let round = 0; round < 500; round++) {
      const message = randomBytes(Math.floor(Math.random() * 5000));
      agrees(message, message.toString("hex"));
    }
  });

  test(`${name} agrees with OpenSSL on a manifest of the largest size`, () => {
    agrees(randomBytes(4 << 20), "4 MiB");
  });
}
