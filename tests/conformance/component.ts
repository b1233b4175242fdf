// Instances of the built component, one per policy, as a host would make them.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { instantiate, type Root } from "#component";
import type { PolicyError } from "#component/types";

export type Verifier = Root["verifier"];

const COMPONENT = new URL(import.meta.resolve("#component"));
const modules = new Map<string, WebAssembly.Module>();

function coreModule(path: string): WebAssembly.Module {
  const known = modules.get(path);
  if (known !== undefined) return known;
  const compiled = new WebAssembly.Module(readFileSync(fileURLToPath(new URL(path, COMPONENT))));
  modules.set(path, compiled);
  return compiled;
}

/** A sealed instance, or why the policy does not load. `readFile` gives the files the policy names. */
export function openPolicy(
  policy: Uint8Array,
  readFile: (path: string) => Uint8Array | undefined,
): { verifier: Verifier } | { error: PolicyError } {
  const { verifier } = instantiate(coreModule, {});
  let files: string[];
  try {
    files = verifier.load(policy);
  } catch (failure) {
    return { error: policyError(failure) };
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

function policyError(failure: unknown): PolicyError {
  return payloadOf(failure) as PolicyError;
}
