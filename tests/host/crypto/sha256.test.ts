import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";
import { sha256 } from "./probe.js";

function reference(message: Uint8Array): Buffer {
  return createHash("sha256").update(message).digest();
}

test("SHA-256 agrees with OpenSSL on every length around the block boundaries", () => {
  for (let length = 0; length <= 1025; length++) {
    const message = randomBytes(length);
    assert.deepEqual(sha256(message), reference(message), `${length} bytes`);
  }
});

test("SHA-256 agrees with OpenSSL on random messages", () => {
  for (let round = 0; round < 1000; round++) {
    const message = randomBytes(Math.floor(Math.random() * 5000));
    assert.deepEqual(sha256(message), reference(message), message.toString("hex"));
  }
});

test("SHA-256 agrees with OpenSSL on a manifest of the largest size", () => {
  const message = randomBytes(4 << 20);
  assert.deepEqual(sha256(message), reference(message));
});
