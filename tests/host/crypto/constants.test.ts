// The constants in the core's sources are recomputed from their definitions.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { describe, test } from "node:test";
import { p256, p384, p521 } from "@noble/curves/nist.js";

const ROOT = new URL("../../../../", import.meta.url);

function source(path: string): Promise<string> {
  return readFile(new URL(path, ROOT), "utf8");
}

/** The words of the array literal that `name` is set to. */
function words(text: string, name: string): number[] {
  const [, literal] = new RegExp(`const ${name}: StaticArray<u32> = \\[([^\\]]*)\\]`).exec(text) ?? [];
  assert.ok(literal, `${name} is in the source`);
  return [...literal.matchAll(/0x[0-9a-f]{8}/g)].map(([word]) => Number(word));
}

/** p, n, b, Gx and Gy as the source of the function `curve` spells them. */
function parameters(text: string, curve: string): bigint[] {
  const [, body] = new RegExp(`function ${curve}\\(\\): Curve \\{(.*?)\\n\\}`, "s").exec(text) ?? [];
  assert.ok(body, `${curve} is in the source`);
  const joined = body.replaceAll(/"\s*\+\s*"/g, "");
  return [...joined.matchAll(/"([0-9a-f]+)"/g)].map(([, digits]) => BigInt(`0x${digits}`));
}

function primes(count: number): number[] {
  const found: number[] = [];
  for (let n = 2; found.length < count; n++) if (found.every((prime) => n % prime !== 0)) found.push(n);
  return found;
}

/** First 32 bits of the fractional part of the `degree`-th root of `n`. */
function rootFraction(n: number, degree: number): number {
  const scaled = BigInt(n) << BigInt(32 * degree);
  let root = 0n;
  for (let bit = 40n; bit >= 0n; bit--) {
    const larger = root | (1n << bit);
    if (larger ** BigInt(degree) <= scaled) root = larger;
  }
  return Number(root & 0xffffffffn);
}

describe("the constants of SHA-256", () => {
  test("H(0) are the square roots of the first primes", async () => {
    const expected = primes(8).map((prime) => rootFraction(prime, 2));
    assert.deepEqual(words(await source("assembly/hash/sha256.ts"), "INITIAL"), expected);
  });

  test("K are the cube roots of the first primes", async () => {
    const expected = primes(64).map((prime) => rootFraction(prime, 3));
    assert.deepEqual(words(await source("assembly/hash/sha256.ts"), "K"), expected);
  });
});

const CURVES = [
  {
    name: "p256",
    noble: p256,
    prime: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
    seed: "c49d360886e704936a6678e1139d26b7819f7e90",
  },
  {
    name: "p384",
    noble: p384,
    prime: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
    seed: "a335926aa319a27a1d00896a6773a4827acdac73",
  },
  {
    name: "p521",
    noble: p521,
    prime: 2n ** 521n - 1n,
    seed: "d09e8800291cb85396cc6717393284aaa0da64ba",
  },
];

/** c of ANSI X9.62, A.3.3.1: SHA-1 over the seed counted upwards, cut to one bit less than the prime. */
function coefficientFromSeed(seed: string, primeBits: number): bigint {
  const blocks = Math.floor((primeBits - 1) / 160);
  const bits = primeBits - 160 * blocks;
  const seedNumber = BigInt(`0x${seed}`);
  let c = 0n;
  for (let i = 0; i <= blocks; i++) {
    const counted = ((seedNumber + BigInt(i)) % 2n ** 160n).toString(16).padStart(40, "0");
    const hash = BigInt(`0x${createHash("sha1").update(Buffer.from(counted, "hex")).digest("hex")}`);
    c = i === 0 ? hash & (2n ** BigInt(bits - 1) - 1n) : (c << 160n) | hash;
  }
  return c;
}

for (const { name, noble, prime, seed } of CURVES) {
  describe(`the constants of ${name}`, () => {
    test("p is the prime of its closed form", async () => {
      const [p] = parameters(await source("assembly/curve/nist.ts"), name);
      assert.equal(p, prime);
    });

    test("b comes from the published seed: b²·c = −27", async () => {
      const [p, , b] = parameters(await source("assembly/curve/nist.ts"), name);
      assert.ok(p !== undefined && b !== undefined);
      const c = coefficientFromSeed(seed, p.toString(2).length);
      assert.equal((b * b * c + 27n) % p, 0n);
    });

    test("all five are those of @noble/curves", async () => {
      const { p, n, b, Gx, Gy } = noble.Point.CURVE();
      assert.deepEqual(parameters(await source("assembly/curve/nist.ts"), name), [p, n, b, Gx, Gy]);
    });
  });
}
