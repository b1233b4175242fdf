import fc from "fast-check";

/** One of `values`, each as often as its weight says among the others. */
export function oneOf<T>(values: readonly T[], ...weights: readonly number[]): fc.Arbitrary<T> {
  if (weights.length !== values.length) throw new TypeError("as many weights as values");
  const weighted = values.map((value, i) => ({
    weight: Math.round(10 * (weights[i] ?? 0)),
    arbitrary: fc.constant(value),
  }));
  return fc.oneof(...weighted);
}
