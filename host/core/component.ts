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
  /** @internal All of its state: memory and mutable globals. */
  state(): { readonly memory: WebAssembly.Memory; readonly globals: readonly WebAssembly.Global[] };
}

/** A fresh instance, without a policy. */
export function instantiateComponent(): Component {
  let state: ReturnType<Component["state"]> | undefined;
  const { verifier } = instantiate(coreModule, {}, (module, imports) => {
    const instance = new WebAssembly.Instance(module, imports);
    state = stateOf(instance);
    return instance;
  });
  if (state === undefined) throw new TypeError("the glue made no instance");
  const made = state;
  return {
    functions: untilOneFails(verifier),
    memoryBytes: () => made.memory.buffer.byteLength,
    state: () => made,
  };
}

/** In the order in which the module exports them. */
function stateOf({ exports }: WebAssembly.Instance): ReturnType<Component["state"]> {
  const globals = Object.values(exports).filter((value) => value instanceof WebAssembly.Global);
  return { memory: exports["memory"] as WebAssembly.Memory, globals };
}

/** `sha256:…` of the core's WebAssembly module as it was compiled in this process. */
export function coreDigest(): string {
  return compiledCore().digest;
}

/** @internal Compiled once in a process. */
class CompiledCore {
  readonly module: WebAssembly.Module;
  readonly #bytes: Uint8Array;
  #digest: string | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.module = new WebAssembly.Module(bytes);
  }

  /** Made when it is first asked for: a first verdict does not wait for it. */
  get digest(): string {
    this.#digest ??= `sha256:${createHash("sha256").update(this.#bytes).digest("hex")}`;
    return this.#digest;
  }
}

let compiled: CompiledCore | undefined;

/** @internal What is instantiated in this process. */
export function coreModule(): WebAssembly.Module {
  return adopted ?? compiledCore().module;
}

/** @internal For another thread of this process: it instantiates the same module, whatever has become of the file. */
export function adoptModule(module: WebAssembly.Module): void {
  adopted = module;
}

let adopted: WebAssembly.Module | undefined;

function compiledCore(): CompiledCore {
  compiled ??= new CompiledCore(
    readFileSync(new URL("verifier.core.wasm", import.meta.resolve("#component"))),
  );
  return compiled;
}

type Run = (...values: unknown[]) => unknown;

/** The same functions. Once one of them has thrown anything but a typed error, all of them throw that. */
function untilOneFails<T extends object>(functions: T): T {
  let failure: unknown;
  const watched =
    (run: Run): Run =>
    (...values) => {
      if (failure !== undefined) throw failure;
      try {
        return run(...values);
      } catch (error) {
        if (!isComponentError(error)) failure = error;
        throw error;
      }
    };
  return Object.fromEntries(Object.entries(functions).map(([name, run]) => [name, watched(run as Run)])) as T;
}

/** The class of typed errors belongs to the glue; it is recognised by its name. */
export function isComponentError(error: unknown): error is Error & { payload: unknown } {
  return error instanceof Error && error.constructor.name === "ComponentError" && "payload" in error;
}
