import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import { instantiate, type Root } from "#component";

/** One instance of the component: its functions, and how much memory it holds. */
export interface Component {
  readonly functions: Root["verifier"];
  /** Bytes of linear memory, which grows and never shrinks. */
  memoryBytes(): number;
}

/** A fresh instance, without a policy. */
export function instantiateComponent(): Component {
  let memory: WebAssembly.Memory | undefined;
  const root = instantiate(
    () => compiledCore().module,
    {},
    (module, imports) => {
      const instance = new WebAssembly.Instance(module, imports);
      memory = instance.exports["memory"] as WebAssembly.Memory;
      return instance;
    },
  );
  return { functions: root.verifier, memoryBytes: () => memory?.buffer.byteLength ?? 0 };
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
