// Point arithmetic on y² = x³ − 3x + b as sequences of field routines. A table's point is affine (x, y), and where it is
// subtracted its y is negative. Sums are in Jacobian coordinates, x = X/Z² and y = Y/Z³, where they are doubled, and else
// in XYZZ coordinates, x = X/ZZ and y = Y/ZZZ with ZZ³ = ZZZ² (hyperelliptic.org/EFD: madd-2008-s, dbl-2001-b).
//
// None of the additions is complete. Where one is given infinity, or equal or opposite points, Z or ZZ becomes 0, and
// stays 0 whatever follows: so one look at the end tells.

import { includes, union } from "./interval.mjs";

export function defineRoutines(field) {
  const product = (coefficients = {}) => [{ left: [[1, "a"]], right: [[1, "b"]], ...coefficients }];
  field.define("Multiply", { products: product() });
  field.define("Square", { products: [{ left: [[1, "a"]] }] });
  // a·b − c
  field.define("MultiplyMinus", { products: product(), plus: [[-1, "c"]] });
  // 4·a·b
  field.define("MultiplyBy4", { products: product(), scale: 4 });
  // 3·(a − b)·(a + b)
  field.define("TripleDifference", {
    products: [
      {
        left: [
          [1, "a"],
          [-1, "b"],
        ],
        right: [
          [1, "a"],
          [1, "b"],
        ],
      },
    ],
    scale: 3,
  });
  // a² − b − c
  field.define("SquareMinusBoth", {
    rare: true,
    products: [{ left: [[1, "a"]] }],
    plus: [
      [-1, "b"],
      [-1, "c"],
    ],
  });
  // a² − b − 2c
  field.define("SquareMinusTwice", {
    products: [{ left: [[1, "a"]] }],
    plus: [
      [-1, "b"],
      [-2, "c"],
    ],
  });
  // a² − 2b
  field.define("SquareMinus2", { products: [{ left: [[1, "a"]] }], plus: [[-2, "b"]], fold: true });
  // a² − 3b
  field.define("SquareMinus3", {
    rare: true,
    products: [{ left: [[1, "a"]] }],
    plus: [
      [-1, "b"],
      [-2, "b"],
    ],
  });
  // (a − b)² − c − d
  field.define("SquaredDifference", {
    products: [
      {
        left: [
          [1, "a"],
          [-1, "b"],
        ],
      },
    ],
    plus: [
      [-1, "c"],
      [-1, "d"],
    ],
  });
  const difference = [
    {
      left: [[1, "a"]],
      right: [
        [1, "b"],
        [-1, "c"],
      ],
    },
  ];
  // a·(b − c)
  field.define("MultiplyDifference", { rare: true, products: difference });
  // a·(b − c) − d
  field.define("MultiplyDifferenceMinus", { rare: true, products: difference, plus: [[-1, "d"]] });
  // a·(b − c) + 8d
  field.define("MultiplyDifferencePlus8", { products: difference, plus: [[8, "d"]], fold: true });
  // a·(b − c) − d·e
  field.define("DifferenceOfProducts", {
    products: [...difference, { sign: -1, left: [[1, "d"]], right: [[1, "e"]] }],
  });
}

/** The coordinates at the address that each parameter holds, and steps `[result, routine, …operands]`. */
export const FORMULAS = {
  addToXyzz: {
    parameters: { sum: ["X", "Y", "ZZ", "ZZZ"], point: ["x", "y"] },
    steps: [
      ["P", "MultiplyMinus", "x", "ZZ", "X"],
      ["R", "MultiplyMinus", "y", "ZZZ", "Y"],
      ["PP", "Square", "P"],
      ["PPP", "Multiply", "P", "PP"],
      ["Q", "Multiply", "X", "PP"],
      ["X", "SquareMinusTwice", "R", "PPP", "Q"],
      ["Y", "DifferenceOfProducts", "R", "Q", "X", "Y", "PPP"],
      ["ZZ", "Multiply", "ZZ", "PP"],
      ["ZZZ", "Multiply", "ZZZ", "PPP"],
    ],
  },
  addToJacobian: {
    parameters: { sum: ["X", "Y", "Z"], point: ["x", "y"] },
    steps: [
      ["ZZ", "Square", "Z"],
      ["H", "MultiplyMinus", "x", "ZZ", "X"],
      ["ZZZ", "Multiply", "Z", "ZZ"],
      ["R", "MultiplyMinus", "y", "ZZZ", "Y"],
      ["HH", "Square", "H"],
      ["HHH", "Multiply", "H", "HH"],
      ["V", "Multiply", "X", "HH"],
      ["X", "SquareMinusTwice", "R", "HHH", "V"],
      ["Y", "DifferenceOfProducts", "R", "V", "X", "Y", "HHH"],
      ["Z", "Multiply", "Z", "H"],
    ],
  },
  // Z becomes −2·Y·Z instead of 2·Y·Z, because Y − Z has smaller limbs than Y + Z; and so −Y stands for Y.
  doubleJacobian: {
    parameters: { sum: ["X", "Y", "Z"] },
    steps: [
      ["delta", "Square", "Z"],
      ["gamma", "Square", "Y"],
      ["alpha", "TripleDifference", "X", "delta"],
      ["Z", "SquaredDifference", "Y", "Z", "gamma", "delta"],
      ["beta4", "MultiplyBy4", "X", "gamma"],
      ["X", "SquareMinus2", "alpha", "beta4"],
      ["gamma2", "Square", "gamma"],
      ["Y", "MultiplyDifferencePlus8", "alpha", "X", "beta4", "gamma2"],
    ],
  },
  jacobianToXyzz: {
    parameters: { sum: ["X", "Y", "Z", "ZZZ"] },
    steps: [
      ["square", "Square", "Z"],
      ["ZZZ", "Multiply", "Z", "square"],
      ["Z", "Square", "Z"],
    ],
  },
  // By how much the x and the y of a sum and of a point differ, times a power of Z: 0 if they are equal.
  compareWithJacobian: {
    parameters: { out: ["H", "R"], sum: ["X", "Y", "Z"], point: ["x", "y"] },
    steps: [
      ["ZZ", "Square", "Z"],
      ["H", "MultiplyMinus", "x", "ZZ", "X"],
      ["ZZZ", "Multiply", "Z", "ZZ"],
      ["R", "MultiplyMinus", "y", "ZZZ", "Y"],
    ],
  },
  // The x of a sum in XYZZ coordinates is x: 0 if so.
  compareX: {
    parameters: { out: ["E"], sum: ["X", "Y", "ZZ"], number: ["x"] },
    steps: [["E", "MultiplyMinus", "x", "ZZ", "X"]],
  },
  // (x3, y3) = (x1, y1) + (x2, y2), given 1/(x2 − x1).
  addAffine: {
    parameters: { out: ["x3", "y3"], first: ["x1", "y1"], second: ["x2", "y2"], inverse: ["i"] },
    steps: [
      ["slope", "MultiplyDifference", "i", "y2", "y1"],
      ["x3", "SquareMinusBoth", "slope", "x1", "x2"],
      ["y3", "MultiplyDifferenceMinus", "slope", "x1", "x3", "y1"],
    ],
  },
  // (x3, y3) = 2·(x1, y1), given 1/(2·y1).
  doubleAffine: {
    parameters: { out: ["x3", "y3"], point: ["x1", "y1"], inverse: ["i"] },
    steps: [
      ["triple", "TripleDifference", "x1", "ONE"],
      ["slope", "Multiply", "triple", "i"],
      ["x3", "SquareMinusBoth", "slope", "x1", "x1"],
      ["y3", "MultiplyDifferenceMinus", "slope", "x1", "x3", "y1"],
    ],
  },
  // y² − (x³ − 3x) − b: 0 on the curve.
  equation: {
    parameters: { out: ["E"], point: ["x", "y"] },
    steps: [
      ["factor", "SquareMinus3", "x", "ONE"],
      ["cubic", "Multiply", "factor", "x"],
      ["E", "SquareMinusBoth", "y", "cubic", "B"],
    ],
  },
};

/** Tables' points are brought below twice the modulus. */
const ENTRY_MULTIPLE = 2n;
/** Elements that hand-written code multiplies are results of formulas, or sums or differences of two table coordinates. */
const ANY_MULTIPLE = 16n;

/**
 * Proves that every formula can follow every other, as often as one likes: from a table's point on, the bounds of a
 * sum's coordinates are widened until no formula widens them any more. Throws a RangeError if any step could overflow.
 */
export function proveFormulas(field) {
  const entry = field.canonical(ENTRY_MULTIPLE);
  const signedEntry = entry.map(([, high]) => [-high, high]);
  const reduced = field.canonical();
  const constants = { ONE: reduced, B: reduced };
  const point = { x: entry, y: signedEntry };

  // The first point of a sum that will be doubled is one that is added, not subtracted.
  const jacobian = closure(field, constants, { X: entry, Y: entry, Z: reduced }, [
    [FORMULAS.doubleJacobian, {}],
    [FORMULAS.addToJacobian, point],
  ]);
  const { Z, ...rest } = run(field, FORMULAS.jacobianToXyzz, { ...constants, ...jacobian });
  const start = {
    X: union(entry, rest.X),
    Y: union(signedEntry, rest.Y),
    ZZ: union(reduced, Z),
    ZZZ: union(reduced, rest.ZZZ),
  };
  const xyzz = closure(field, constants, start, [[FORMULAS.addToXyzz, point]]);

  run(field, FORMULAS.compareWithJacobian, { ...constants, ...jacobian, ...point });
  run(field, FORMULAS.compareX, {
    ...constants,
    ...xyzz,
    x: field.call("Multiply", field.loose(ANY_MULTIPLE), reduced),
  });
  run(field, FORMULAS.equation, { ...constants, x: entry, y: entry });

  // An inverse is a product. What is negative gets the modulus added until it is not, and is then below it.
  const any = field.loose(ANY_MULTIPLE);
  const i = field.call(
    "Multiply",
    any,
    any.map(([low, high]) => [2n * low, 2n * high]),
  );
  for (const formula of [FORMULAS.addAffine, FORMULAS.doubleAffine]) {
    const { x3, y3 } = run(field, formula, { ...constants, x1: entry, y1: entry, x2: entry, y2: entry, i });
    for (const coordinate of [x3, y3]) {
      if (coordinate.some(([, high], limb) => high > entry[limb][1]))
        throw new RangeError(`${field.prefix}: a table's point may exceed its bounds`);
    }
  }
  const widest = Object.values({ ...jacobian, ...xyzz }).reduce(union);
  if (!includes(any, widest))
    throw new RangeError(`${field.prefix}: a sum's coordinate exceeds what may be multiplied`);
}

/** The least bounds of a sum that include `start` and what the formulas make of them. */
function closure(field, constants, start, formulas) {
  let bounds = start;
  for (let round = 0; round < 50; round++) {
    let grown = bounds;
    for (const [formula, operands] of formulas) {
      const after = run(field, formula, { ...constants, ...operands, ...bounds });
      grown = Object.fromEntries(Object.keys(bounds).map((name) => [name, union(grown[name], after[name])]));
    }
    if (Object.keys(bounds).every((name) => includes(bounds[name], grown[name]))) return bounds;
    bounds = grown;
  }
  throw new RangeError(`${field.prefix}: the bounds of a sum keep growing`);
}

/** All coordinates after a formula. */
function run(field, { steps }, before) {
  const bounds = { ...before };
  for (const [result, routine, ...operands] of steps)
    bounds[result] = field.call(routine, ...operands.map((name) => bounds[name]));
  return bounds;
}

/** A formula as a function; coordinates follow one another at the address in their parameter, `size` bytes each. */
export function formulaText(field, name, { parameters, steps }, size) {
  const places = new Map([
    ["ONE", "ONE"],
    ["B", "B"],
  ]);
  for (const [parameter, coordinates] of Object.entries(parameters))
    coordinates.forEach((coordinate, i) => {
      places.set(coordinate, i === 0 ? parameter : `${parameter} + ${i * size}`);
    });
  let temporaries = 0;
  const lines = steps.map(([result, routine, ...operands]) => {
    if (!places.has(result)) places.set(result, `WORKSPACE + ${temporaries++ * size}`);
    const addresses = [result, ...operands].map((operand) => places.get(operand));
    return `    ${field.prefix}${routine}(${addresses.join(", ")});\n`;
  });
  const signature = Object.keys(parameters).map((parameter) => `${parameter}: usize`);
  return `  ${name}(${signature.join(", ")}): void {\n${lines.join("")}  }\n`;
}

/** Elements that the longest formula needs for itself. */
export const WORKSPACE_ELEMENTS = 8;
