// Affine points of y² = x³ − 3x + b as big integers: slow, and hard to get wrong.

import { inverseOf } from "./field.mjs";

/** The sum of two points with different x. */
export function add(a, b, p) {
  return chord((b.y - a.y) * inverseOf(b.x - a.x, p), a, b, p);
}

export function double(a, p) {
  return chord((3n * a.x * a.x - 3n) * inverseOf(2n * a.y, p), a, a, p);
}

/** The third point on the line of this slope through a and b, mirrored. */
function chord(slope, a, b, p) {
  const x = modulo(slope * slope - a.x - b.x, p);
  return { x, y: modulo(slope * (a.x - x) - a.y, p) };
}

const modulo = (a, m) => ((a % m) + m) % m;
