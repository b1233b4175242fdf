// A curve's generated source: its constants, the routines of its field and of the integers modulo its order, and the
// class that gives them to hand-written code (assembly/curve/kernel.ts).

import { add, double } from "./affine.mjs";
import { digitsOf, Field } from "./field.mjs";
import { defineRoutines, FORMULAS, formulaText, proveFormulas, WORKSPACE_ELEMENTS } from "./formulas.mjs";

export function kernelText(curve, checked) {
  const { name, file, p, n, b, x, y, limbs, bits, powers, generatorWindow = 0 } = curve;
  const field = new Field("field", p, limbs, bits, powers);
  defineRoutines(field);
  proveFormulas(field);

  const order = new Field("order", n, limbs, bits, null);
  order.define("Multiply", { products: [{ left: [[1, "a"]], right: [[1, "b"]] }], rare: limbs > 9 });
  // A digest may be n or more, and an inverse is below n.
  const product = order.call("Multiply", order.canonical(2n), order.canonical(2n));
  if (product.some(([low], i) => low < 0n && i < limbs - 1))
    throw new RangeError("a product modulo n is negative");

  const size = 8 * limbs;
  const element = (number) => (number * field.R) % p;
  const half = Math.ceil(p.toString(2).length / 2);
  const bases = [{ x, y }];
  if (generatorWindow > 0) bases.push(multipleByPowerOfTwo({ x, y }, half, p));
  const table = bases.flatMap((base) =>
    oddMultiples(base, generatorWindow > 0 ? 1 << (generatorWindow - 2) : 1, p),
  );
  const packed = table
    .flatMap((point) => [point.x, point.y])
    .map((coordinate) => digitsOf(element(coordinate), limbs, bits));
  const data = (type, numbers) => `memory.data<${type}>([${numbers.join(", ")}])`;
  const elementData = (number) => data("i64", digitsOf(number, limbs, bits));
  const formulas = Object.entries(FORMULAS).map(([method, formula]) =>
    formulaText(field, method, formula, size),
  );

  return `// ${name}. Made by scripts/generate-arithmetic.mjs from scripts/arithmetic/; not to be edited.

import { Kernel } from "../kernel";

/** Numbers modulo p are times 2^${limbs * bits}. */
const P: usize = ${elementData(p)};
const N: usize = ${elementData(n)};
const ONE: usize = ${elementData(element(1n))};
const SQUARED_R: usize = ${elementData(element(field.R % p))};
const SQUARED_R_OF_ORDER: usize = ${elementData((order.R * order.R) % n)};
const B: usize = ${elementData(element(b))};
/** ${generatorWindow > 0 ? `Odd multiples of the generator, and of it times 2^${half}` : "The generator"}, packed. */
const GENERATOR: usize = ${data("u32", packed.flat())};
const WORKSPACE: usize = memory.data(${WORKSPACE_ELEMENTS * size});

${field.text(checked)}${order.text(checked)}export class ${file.toUpperCase()} extends Kernel {
  constructor() {
    super(${limbs}, ${bits}, ${p.toString(2).length}, ${half}, P, N, ONE, SQUARED_R, SQUARED_R_OF_ORDER, GENERATOR, ${generatorWindow});
  }

  multiply(out: usize, a: usize, b: usize): void {
    fieldMultiply(out, a, b);
  }

  square(out: usize, a: usize): void {
    fieldSquare(out, a);
  }

  multiplyModuloOrder(out: usize, a: usize, b: usize): void {
    orderMultiply(out, a, b);
  }

  load(out: usize, point: usize, negative: bool): void {
    const sign: i64 = negative ? -1 : 0;
${digits(limbs, (i) => `    store<i64>(out, <i64>load<u32>(point, ${4 * i}), ${8 * i});\n`)}${digits(
  limbs,
  (i) =>
    `    store<i64>(out, (<i64>load<u32>(point, ${4 * (limbs + i)}) ^ sign) - sign, ${8 * (limbs + i)});\n`,
)}  }

${formulas.join("\n")}}
`;
}

const digits = (limbs, text) => Array.from({ length: limbs }, (_, i) => text(i)).join("");

function multipleByPowerOfTwo(point, exponent, p) {
  let multiple = point;
  for (let i = 0; i < exponent; i++) multiple = double(multiple, p);
  return multiple;
}

/** point, 3·point, 5·point, … */
function oddMultiples(point, count, p) {
  const twice = double(point, p);
  const multiples = [point];
  while (multiples.length < count) multiples.push(add(multiples.at(-1), twice, p));
  return multiples;
}
