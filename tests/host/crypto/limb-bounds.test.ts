// That no limb leaves its bounds: proved on intervals by the generator, and watched in a build that asserts the bounds of
// every operand.
import assert from "node:assert/strict";
import { createHash, createPrivateKey, randomBytes, sign } from "node:crypto";
import { describe, test } from "node:test";
import { p256, p384, p521 } from "@noble/curves/nist.js";
import { PATHS, verifier } from "./ecdsa-paths.js";

const ROOT = new URL("../../../../", import.meta.url);

/** A module of the generator of the core's arithmetic. */
function generator(name: string) {
  return import(new URL(`scripts/arithmetic/${name}.mjs`, ROOT).href);
}

async function fieldOf(file: string, change: object = {}) {
  const { Field } = await generator("field");
  const { CURVES } = await generator("curves");
  const { defineRoutines } = await generator("formulas");
  const { p, limbs, bits, powers } = {
    ...CURVES.find((curve: { file: string }) => curve.file === file),
    ...change,
  };
  const field = new Field("field", p, limbs, bits, powers);
  defineRoutines(field);
  return field;
}

describe("the proof that no step of the arithmetic leaves 64 bits", () => {
  for (const file of ["p256", "p384", "p521"]) {
    test(`holds for ${file}`, async () => {
      const { proveFormulas } = await generator("formulas");
      proveFormulas(await fieldOf(file));
    });
  }

  // Each of these has been a mistake, of ours or of the prototype's: short tests pass with all of them.
  const MISTAKES: [what: string, file: string, change: object, define?: [string, object]][] = [
    ["limbs of 30 bits", "p256", { bits: 30 }],
    ["limbs of 29 bits for P-521", "p521", { bits: 29, limbs: 18 }],
    [
      "a square of a sum instead of a difference",
      "p256",
      {},
      [
        "SquaredDifference",
        {
          products: [
            {
              left: [
                [1, "a"],
                [1, "b"],
              ],
            },
          ],
          plus: [
            [-1, "c"],
            [-1, "d"],
          ],
        },
      ],
    ],
    [
      "a sum that is not folded",
      "p256",
      {},
      [
        "MultiplyDifferencePlus8",
        {
          products: [
            {
              left: [[1, "a"]],
              right: [
                [1, "b"],
                [-1, "c"],
              ],
            },
          ],
          plus: [[8, "d"]],
        },
      ],
    ],
    [
      "four times a factor instead of four times the product",
      "p256",
      {},
      ["MultiplyBy4", { products: [{ left: [[4, "a"]], right: [[1, "b"]] }] }],
    ],
  ];
  for (const [what, file, change, define] of MISTAKES) {
    test(`fails for ${what}`, async () => {
      const { proveFormulas } = await generator("formulas");
      const field = await fieldOf(file, change);
      if (define) field.define(...define);
      assert.throws(() => proveFormulas(field), RangeError);
    });
  }

  test("counts intervals as they are: sums, products, shifts and lowest bits of negative numbers", async () => {
    const { add, constant, lowest, multiply, negate, shiftLeft, shiftRight, square, subtract } =
      await generator("interval");
    const values = { locals: new Map([["x", [-3n, 5n]]]), operands: {} };
    const { local } = await generator("interval");
    const x = local("x");
    const range = (expression: { range(values: object): bigint[] }) => expression.range(values);
    assert.deepEqual(range(add(x, constant(1n))), [-2n, 6n]);
    assert.deepEqual(range(subtract(x, x)), [-8n, 8n]);
    assert.deepEqual(range(multiply(x, constant(-2n))), [-10n, 6n]);
    assert.deepEqual(range(multiply(x, x)), [-15n, 25n]);
    assert.deepEqual(range(square(x)), [0n, 25n]);
    assert.deepEqual(range(negate(x)), [-5n, 3n]);
    assert.deepEqual(range(shiftLeft(x, 2)), [-12n, 20n]);
    assert.deepEqual(range(shiftRight(x, 1)), [-2n, 2n]);
    assert.deepEqual(range(lowest(x, 2)), [0n, 3n]);
    assert.throws(() => range(shiftLeft(x, 62)), RangeError);
  });
});

const CURVES = [
  { name: "P-256", noble: p256, bytes: 32, messages: 300 },
  { name: "P-384", noble: p384, bytes: 48, messages: 60 },
  { name: "P-521", noble: p521, bytes: 66, messages: 30 },
];

for (const { name, noble, bytes, messages } of CURVES) {
  describe(`the ${name} that asserts its bounds`, () => {
    for (const path of PATHS) {
      test(`is content with signatures by a key with ${path} multiples`, () => {
        const d = randomBytes(bytes - 1);
        const privateBytes = Buffer.concat([Buffer.alloc(1), d]);
        const point = Buffer.from(noble.getPublicKey(privateBytes, false));
        const coordinates = {
          x: point.subarray(1, 1 + bytes).toString("base64url"),
          y: point.subarray(1 + bytes).toString("base64url"),
        };
        const jwk = { kty: "EC", crv: name, ...coordinates, d: privateBytes.toString("base64url") };
        const privateKey = createPrivateKey({ key: jwk, format: "jwk" });
        const verify = verifier(point, path, true);
        for (let i = 0; i < messages; i++) {
          const message = randomBytes(i);
          const digest = createHash("sha256").update(message).digest();
          const signature = sign("sha256", message, { key: privateKey, dsaEncoding: "ieee-p1363" });
          const [r, s] = [signature.subarray(0, bytes), signature.subarray(bytes)];
          assert.equal(verify({ digest, r, s }), true, `${d.toString("hex")} ${message.toString("hex")}`);
          // A chain of its own for each: u and v are new.
          assert.equal(verify({ digest: randomBytes(bytes - 1), r, s }), false);
        }
      });
    }
  });
}
