// The constants in the core's sources are recomputed from their definitions.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { describe, test } from "node:test";
import { ed25519 } from "@noble/curves/ed25519.js";
import { p256, p384, p521 } from "@noble/curves/nist.js";

const ROOT = new URL("../../../../", import.meta.url);

function source(path: string): Promise<string> {
  return readFile(new URL(path, ROOT), "utf8");
}

/** A module of the generator of the core's arithmetic. */
function generator(name: string) {
  return import(new URL(`scripts/arithmetic/${name}.mjs`, ROOT).href);
}

/** The words of the array literal that `name` is set to. */
function words(text: string, name: string): bigint[] {
  const [, literal] = new RegExp(`const ${name}: StaticArray<u(?:32|64)> = \\[([^\\]]*)\\]`).exec(text) ?? [];
  assert.ok(literal, `${name} is in the source`);
  return [...literal.matchAll(/0x[0-9a-f]+/g)].map(([word]) => BigInt(word));
}

/** The number in hexadecimal digits that `name` is set to. */
function number(text: string, name: string): bigint {
  const [, digits] = new RegExp(`const ${name} =\\s*"([0-9a-f]+)"`).exec(text) ?? [];
  assert.ok(digits, `${name} is in the source`);
  return BigInt(`0x${digits}`);
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

/** The first `bits` bits of the fractional part of the `degree`-th root of `n`. */
function rootFraction(n: number, degree: number, bits: number): bigint {
  const scaled = BigInt(n) << BigInt(bits * degree);
  let root = 0n;
  for (let bit = BigInt(bits + 8); bit >= 0n; bit--) {
    const larger = root | (1n << bit);
    if (larger ** BigInt(degree) <= scaled) root = larger;
  }
  return BigInt.asUintN(bits, root);
}

function squareRoots(count: number, bits: number): bigint[] {
  return primes(count).map((prime) => rootFraction(prime, 2, bits));
}

function cubeRoots(count: number, bits: number): bigint[] {
  return primes(count).map((prime) => rootFraction(prime, 3, bits));
}

describe("the constants of SHA-256", () => {
  test("H(0) are the square roots of the first primes", async () => {
    assert.deepEqual(words(await source("assembly/hash/sha256.ts"), "INITIAL"), squareRoots(8, 32));
  });

  test("K are the cube roots of the first primes", async () => {
    assert.deepEqual((await generator("sha2")).roundConstants(64, 32), cubeRoots(64, 32));
  });
});

describe("the constants of SHA-512 and SHA-384", () => {
  test("H(0) are the square roots of the first and of the second eight primes", async () => {
    const text = await source("assembly/hash/sha512.ts");
    const roots = squareRoots(16, 64);
    assert.deepEqual(words(text, "INITIAL_512"), roots.slice(0, 8));
    assert.deepEqual(words(text, "INITIAL_384"), roots.slice(8));
  });

  test("K are the cube roots of the first primes", async () => {
    assert.deepEqual((await generator("sha2")).roundConstants(80, 64), cubeRoots(80, 64));
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
      const [p] = parameters(await source("tests/core/plain/nist.ts"), name);
      assert.equal(p, prime);
    });

    test("b comes from the published seed: b²·c = −27", async () => {
      const [p, , b] = parameters(await source("tests/core/plain/nist.ts"), name);
      assert.ok(p !== undefined && b !== undefined);
      const c = coefficientFromSeed(seed, p.toString(2).length);
      assert.equal((b * b * c + 27n) % p, 0n);
    });

    test("all five are those of @noble/curves, in the core and in the plain implementation", async () => {
      const { p, n, b, Gx, Gy } = noble.Point.CURVE();
      const { CURVES: generated } = await generator("curves");
      const own = generated.find(({ file }: { file: string }) => file === name);
      assert.deepEqual([own.p, own.n, own.b, own.x, own.y], [p, n, b, Gx, Gy]);
      assert.deepEqual(parameters(await source("tests/core/plain/nist.ts"), name), [p, n, b, Gx, Gy]);
    });
  });
}

describe("the constants of edwards25519", () => {
  const p = 2n ** 255n - 19n;
  const power = (base: bigint, exponent: bigint): bigint =>
    exponent === 0n ? 1n : (power((base * base) % p, exponent >> 1n) * (exponent & 1n ? base : 1n)) % p;
  const inverse = (a: bigint) => power(a, p - 2n);

  test("p, L, d and the exponent are those of their closed forms", async () => {
    const text = await source("assembly/curve/edwards25519.ts");
    assert.equal(number(text, "P"), p);
    assert.equal(number(text, "L"), 2n ** 252n + 27742317777372353535851937790883648493n);
    assert.equal(number(text, "D"), ((p - 121665n) * inverse(121666n)) % p);
    assert.equal(number(text, "ROOT_EXPONENT"), (p - 5n) / 8n);
  });

  test("the root of −1 is 2^((p − 1)/4)", async () => {
    const root = number(await source("assembly/curve/edwards25519.ts"), "ROOT_OF_MINUS_ONE");
    assert.equal(root, power(2n, (p - 1n) / 4n));
    assert.equal((root * root) % p, p - 1n);
  });

  test("the base point has y = 4/5, an even x, and is on the curve", async () => {
    const text = await source("assembly/curve/edwards25519.ts");
    const [x, y, d] = [number(text, "BASE_X"), number(text, "BASE_Y"), number(text, "D")];
    assert.equal(y, (4n * inverse(5n)) % p);
    assert.equal(x % 2n, 0n);
    assert.equal((p - x * x + y * y - 1n - d * x * x * y * y) % p, 0n);
  });

  test("all are those of @noble/curves", async () => {
    const text = await source("assembly/curve/edwards25519.ts");
    const { p: prime, n, d, Gx, Gy } = ed25519.Point.CURVE();
    const names = ["P", "L", "D", "BASE_X", "BASE_Y"];
    assert.deepEqual(
      names.map((name) => number(text, name)),
      [prime, n, d, Gx, Gy],
    );
  });
});
