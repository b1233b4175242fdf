// A policy in an instance of the built component, as a host would load it.

import type { PolicyError } from "#component/types";
import { type Component, instantiateComponent } from "../../host/core/component.js";

export type Verifier = Component["functions"];

/** A sealed instance, or why the policy does not load. `readFile` gives the files the policy names. */
export function openPolicy(
  policy: Uint8Array,
  readFile: (path: string) => Uint8Array | undefined,
): { verifier: Verifier } | { error: PolicyError } {
  const verifier = instantiateComponent().functions;
  let files: string[];
  try {
    files = verifier.load(policy);
  } catch (failure) {
    return { error: payloadOf(failure) as PolicyError };
  }
  for (const path of files) verifier.provide(path, readFile(path));
  verifier.seal();
  return { verifier };
}

/** jco throws the error of a `result` as `payload`; anything else is a trap, and no answer. */
export function payloadOf(failure: unknown): unknown {
  if (failure instanceof Error && "payload" in failure) return failure.payload;
  throw failure;
}
