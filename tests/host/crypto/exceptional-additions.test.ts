// Signatures that no message has, made backwards from u and v so that u·G + v·Q meets every case that the fast additions
// cannot do: with R = u·G + v·Q, r = x(R), s = r/v and the digest u·s. Whatever path is taken, the verdict is right.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { p256, p384, p521 } from "@noble/curves/nist.js";
import { PATHS, plainVerifier, type Triple, verifier } from "./ecdsa-paths.js";

const CURVES = [
  { name: "P-256", noble: p256, bytes: 32, digestBytes: 32, bits: 256, half: 128, largeWidth: 12 },
  { name: "P-384", noble: p384, bytes: 48, digestBytes: 48, bits: 384, half: 192, largeWidth: 10 },
  { name: "P-521", noble: p521, bytes: 66, digestBytes: 66, bits: 521, half: 261, largeWidth: 9 },
];

for (const { name, noble, bytes, bits, half, largeWidth } of CURVES) {
  const G = noble.Point.BASE;
  const { n } = noble.Point.CURVE();
  const modulo = (a: bigint): bigint => ((a % n) + n) % n;
  const inverse = (a: bigint): bigint => noble.Point.Fn.inv(modulo(a));
  const bytesOf = (a: bigint): Buffer => Buffer.from(a.toString(16).padStart(2 * bytes, "0"), "hex");

  /** The triple for Q = d·G, and whether it is valid: not if the sum is infinity. */
  const backwards = (d: bigint, u: bigint, v: bigint): { triple: Triple; valid: boolean } => {
    const k = modulo(u + v * d);
    const valid = k !== 0n;
    const r = valid ? modulo(G.multiplyUnsafe(k).toAffine().x) : 12345n;
    const s = modulo(r * inverse(v));
    return { triple: { digest: bytesOf(modulo(u * s)), r: bytesOf(r), s: bytesOf(s) }, valid };
  };

  // What the odd digits of a large table's last window stand for, so that the sum before it is equal or opposite.
  const windows = Math.ceil(bits / largeWidth);
  const top = BigInt(largeWidth * (windows - 1));
  const lastDigits = [1n, 3n, 5n].flatMap((digit) => [
    digit << top,
    (digit << (top + 1n)) - n,
    n - (digit << (top + 1n)),
  ]);

  const scalars = (d: bigint): [bigint, bigint][] => [
    // Equal and opposite sums of u·G and v·Q.
    ...[1n, 3n, 1n << BigInt(half), n - 1n].map((v): [bigint, bigint] => [modulo(v * d), v]),
    ...[1n, 3n, 1n << BigInt(half), n - 1n].map((v): [bigint, bigint] => [modulo(-v * d), v]),
    // Digits that meet: small, of the other half, at the very top.
    ...[1n, 2n, 3n, 15n, 16n, 17n].map((u): [bigint, bigint] => [u, modulo((u + 2n) * inverse(d))]),
    ...[1n, 2n, 4n].map((u): [bigint, bigint] => [u, modulo(-u * inverse(d) + (u << BigInt(half)))]),
    ...lastDigits.flatMap((u): [bigint, bigint][] => [
      [modulo(u), 5n],
      [5n, modulo(u)],
      [modulo(u), modulo(u)],
    ]),
    // A digest of 0; scalars of one bit; the largest ones.
    [0n, 1n],
    [0n, n - 1n],
    [1n, 1n],
    [n - 1n, n - 1n],
    [1n << BigInt(bits - 1), 1n << BigInt(half)],
    [1n << BigInt(half), 1n << BigInt(half - 1)],
    [3n, n - 3n],
  ];

  describe(`exceptional additions on ${name}`, () => {
    for (const path of PATHS) {
      test(`give the right verdict with ${path} multiples`, () => {
        let [valid, invalid] = [0, 0];
        for (const d of [
          1n,
          2n,
          3n,
          7n,
          n - 1n,
          n - 2n,
          (n + 1n) / 2n,
          inverse(1n << BigInt(half)),
          0x1234567n,
        ]) {
          const point = G.multiplyUnsafe(d).toBytes(false);
          const verify = verifier(point, path);
          const verifyChecked = verifier(point, path, true);
          const verifyPlainly = plainVerifier(point);
          for (const [u, v] of scalars(d)) {
            if (v === 0n) continue;
            const made = backwards(d, u, v);
            const detail = `d=${d.toString(16)} u=${u.toString(16)} v=${v.toString(16)}`;
            assert.equal(verify(made.triple), made.valid, detail);
            assert.equal(verifyChecked(made.triple), made.valid, detail);
            if (made.valid) valid++;
            else invalid++;
            // The plain one takes milliseconds.
            if (path === "unknown" && bits === 256)
              assert.equal(verifyPlainly(made.triple), made.valid, detail);
            const other = {
              ...made.triple,
              r: bytesOf(modulo(BigInt(`0x${Buffer.from(made.triple.r).toString("hex")}`) + 1n)),
            };
            assert.equal(verify(other), false, `another r: ${detail}`);
          }
        }
        assert.ok(valid > 200 && invalid > 30, `${valid} valid, ${invalid} invalid`);
      });
    }
  });
}
