import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import { instantiate } from "#component";
import type * as Verifier from "#component/types";

/** One instance of the component: its functions, and how much memory it holds. */
export interface Component {
  /** As the WIT has them. They throw the glue's `ComponentError` for a typed error, and the trap for a trap. */
  readonly functions: typeof Verifier;
  /** Bytes of linear memory, which grows and never shrinks. */
  memoryBytes(): number;
}

/** A fresh instance, without a policy. */
export function instantiateComponent(): Component {
  const traps = new WithheldTraps();
  let memory: WebAssembly.Memory | undefined;
  const { verifier } = instantiate(
    () => compiledCore().module,
    {},
    (module, imports) => {
      const { exports } = new WebAssembly.Instance(module, imports);
      memory = exports["memory"] as WebAssembly.Memory;
      return { exports: mapFunctions(exports, (run) => traps.withhold(run)) };
    },
  );
  return {
    functions: mapFunctions(verifier, (run) => traps.release(run)),
    memoryBytes: () => memory?.buffer.byteLength ?? 0,
  };
}

/** `sha256:…` of the core's WebAssembly module as it was compiled in this process. */
export function coreDigest(): string {
  return compiledCore().digest;
}

interface CompiledCore {
  readonly module: WebAssembly.Module;
  readonly digest: string;
}

let compiled: CompiledCore | undefined;

/** Compiled once in a process, from the bytes the digest is of. */
function compiledCore(): CompiledCore {
  if (!compiled) {
    const bytes = readFileSync(new URL("verifier.core.wasm", import.meta.resolve("#component")));
    compiled = {
      module: new WebAssembly.Module(bytes),
      digest: `sha256:${createHash("sha256").update(bytes).digest("hex")}`,
    };
  }
  return compiled;
}

type Run = (...values: unknown[]) => unknown;

/** No address, so that the glue fails to read an answer there. */
const NOWHERE = -1;

/**
 * Carries traps past the glue of jco 1.24, which throws a trap but also rejects a promise with it that nobody waits
 * for, and that ends the process.
 */
class WithheldTraps {
  #trap: unknown;

  /** What the glue calls: a trap seems to be an answer. */
  withhold(run: Run): Run {
    return (...values) => {
      try {
        return run(...values);
      } catch (trap) {
        this.#trap = trap;
        return NOWHERE;
      }
    };
  }

  /** What we call: a trap is thrown, whatever the glue made of its answer, and from then on always. */
  release(run: Run): Run {
    return (...values) => {
      try {
        return run(...values);
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: the trap is what happened; the rest are its consequences
        if (this.#trap !== undefined) throw this.#trap;
      }
    };
  }
}

/** The same object with every function replaced. */
function mapFunctions<T extends object>(object: T, replace: (run: Run) => Run): T {
  const entries = Object.entries(object).map(([name, value]) => [
    name,
    typeof value === "function" ? replace(value as Run) : value,
  ]);
  return Object.fromEntries(entries) as T;
}
