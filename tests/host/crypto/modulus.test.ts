import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { powerModulo } from "./probe.js";

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}

function reference(a: bigint, exponent: bigint, m: bigint): bigint {
  let power = 1n;
  let square = a;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) power = (power * square) % m;
    square = (square * square) % m;
  }
  return power % m;
}

test("powers modulo numbers of every width agree with BigInt", () => {
  for (let limbs = 1; limbs <= 20; limbs++) {
    for (let round = 0; round < 10; round++) {
      const m = randomBytes(4 * limbs);
      m.writeUint8(m.readUint8(4 * limbs - 1) | 1, 4 * limbs - 1);
      // A modulus that leaves its topmost limbs empty, or fills them with ones.
      if (round === 0) m.fill(0, 0, 4 * limbs - 2);
      if (round === 1) m.fill(0xff);
      if (numberOf(m) === 1n) continue;
      const a = randomBytes(4 * limbs);
      if (round === 2) a.fill(0xff);
      const exponent = randomBytes(4 * limbs);
      const expected = reference(numberOf(a), numberOf(exponent), numberOf(m));
      const detail = `${a.toString("hex")}^${exponent.toString("hex")} mod ${m.toString("hex")}`;
      assert.equal(numberOf(powerModulo(a, exponent, m)), expected, detail);
    }
  }
});

test("powers modulo numbers of the widths of RSA agree with BigInt", () => {
  for (const bytes of [256, 260, 384, 512, 1024]) {
    for (let round = 0; round < 3; round++) {
      const m = randomBytes(bytes);
      m.writeUint8(m.readUint8(bytes - 1) | 1, bytes - 1);
      if (round === 1) m.fill(0xff);
      // As where the number of bits is no multiple of 32.
      if (round === 2) m.fill(0, 0, 3);
      const a = randomBytes(bytes);
      const exponent = Buffer.alloc(bytes);
      exponent.writeUint32BE(0x7fffffff, bytes - 4);
      const expected = reference(numberOf(a), 0x7fffffffn, numberOf(m));
      assert.equal(
        numberOf(powerModulo(a, exponent, m)),
        expected,
        `${a.toString("hex")} mod ${m.toString("hex")}`,
      );
    }
  }
});
