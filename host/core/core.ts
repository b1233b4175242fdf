import type { Evidence, Explanation, Image, PolicySummary } from "#component/types";
import { assertBytes, assertEvidence, assertImage, assertTime } from "./arguments.js";
import { type Component, instantiateComponent, isComponentError } from "./component.js";
import { CoreFault, NameRefused, PolicyError } from "./errors.js";
import { type HandedOver, handOver, takeOver } from "./hand-over.js";
import { type CoreOutcome, fromCore } from "./judgement.js";

export { coreDigest } from "./component.js";
export { ArgumentRefused, CoreFault, NameRefused, PolicyError } from "./errors.js";
export type { AcceptingCode, CoreJudgement, CoreOutcome, DenyingCode } from "./judgement.js";

/** What an instance may grow above its size with the policy before it is replaced: twice the evidence of one request. */
const GROWTH_LIMIT = 32 * 1024 * 1024;

/** Reads a file a policy names; null when it cannot be read. */
export type ReadFile = (path: string) => Uint8Array | null;

/**
 * The core with one policy in it. A call that faults throws `CoreFault` and costs the instance; the next call gets a
 * fresh one, loaded from the same bytes: nothing is read from disk again, so the policy stays the one that was loaded.
 */
export class PolicyCore {
  readonly summary: PolicySummary;
  readonly #policy: Uint8Array;
  readonly #files: ReadonlyMap<string, Uint8Array | null>;
  #loaded: LoadedComponent | undefined;

  /** Reads policy text and the files it names. Throws `PolicyError` for a policy that does not load. */
  static load(policy: Uint8Array, readFile: ReadFile): PolicyCore {
    assertBytes("policy", policy);
    const files = new Map<string, Uint8Array | null>();
    const own = new Uint8Array(policy);
    const loaded = loadComponent(own, (path) => {
      const content = readFile(path);
      if (content !== null) assertBytes(path, content);
      files.set(path, content);
      return content;
    });
    return new PolicyCore(own, files, loaded);
  }

  /** @internal One that was loaded in another thread of this process, which is then done with it. */
  static async takeOver(loaded: HandedOverPolicy): Promise<PolicyCore> {
    const component = guarded(instantiateComponent);
    await takeOver(component, loaded.instance);
    const { policy, files, summary } = loaded;
    return new PolicyCore(policy, files, { component, summary, memoryLimit: limitOf(component) });
  }

  private constructor(
    policy: Uint8Array,
    files: ReadonlyMap<string, Uint8Array | null>,
    loaded: LoadedComponent,
  ) {
    this.#policy = policy;
    this.#files = files;
    this.#loaded = loaded;
    this.summary = loaded.summary;
  }

  /** @internal For another thread of this process. Not to be used here from then on. */
  handOver(): HandedOverPolicy {
    if (this.#loaded === undefined) throw new TypeError("a core that faulted is not handed over");
    const { component, summary } = this.#loaded;
    return { policy: this.#policy, files: this.#files, summary, instance: handOver(component) };
  }

  /** What can be said without evidence: a judgement, or what evidence is wanted. */
  plan(image: Image): CoreOutcome {
    assertImage(image);
    return this.#call(({ plan }) => fromCore(plan(image)));
  }

  /** Judges with all evidence gathered so far; `now` is Unix time in seconds. */
  judge(image: Image, evidence: Evidence[], now: bigint): CoreOutcome {
    assertImage(image);
    assertEvidence(evidence);
    assertTime(now);
    return this.#call(({ judge }) => fromCore(judge(image, evidence, now)));
  }

  /** Every scope that is looked up for a name, and what applies. Throws `NameRefused` for a name it cannot read. */
  explain(image: Image): Explanation {
    assertImage(image);
    return this.#call(({ explain }) => explain(image), NameRefused);
  }

  /** Gives the core about so many microseconds to prepare for calls to come. True: there is more to do. */
  idle(budget: number): boolean {
    return this.#call(({ idle }) => idle(budget));
  }

  #call<T>(call: (functions: Component["functions"]) => T, typedError?: TypedError): T {
    this.#loaded ??= loadComponent(this.#policy, (path) => this.#files.get(path) ?? null);
    const { component, memoryLimit } = this.#loaded;
    try {
      return guarded(() => call(component.functions), typedError);
    } catch (error) {
      if (error instanceof CoreFault) this.#loaded = undefined;
      throw error;
    } finally {
      if (component.memoryBytes() > memoryLimit) this.#loaded = undefined;
    }
  }
}

/** @internal A policy that is loaded, on its way from thread to thread. */
export interface HandedOverPolicy {
  readonly policy: Uint8Array;
  readonly files: ReadonlyMap<string, Uint8Array | null>;
  readonly summary: PolicySummary;
  readonly instance: HandedOver;
}

interface LoadedComponent {
  readonly component: Component;
  readonly summary: PolicySummary;
  /** Bytes above which the instance is not used again. */
  readonly memoryLimit: number;
}

function loadComponent(policy: Uint8Array, readFile: ReadFile): LoadedComponent {
  const component = guarded(instantiateComponent);
  const { load, provide, seal } = component.functions;
  for (const path of guarded(() => load(policy), PolicyError)) {
    const content = readFile(path) ?? undefined;
    guarded(() => provide(path, content));
  }
  const summary = guarded(seal);
  return { component, summary, memoryLimit: limitOf(component) };
}

/** Of an instance with its policy in it. */
function limitOf(component: Component): number {
  return component.memoryBytes() + GROWTH_LIMIT;
}

// biome-ignore lint/suspicious/noExplicitAny: the payload is of the type the WIT gives the called function's error
type TypedError = new (payload: any) => Error;

/**
 * Runs a call into the component. Its typed error becomes a `typedError`; anything else that is thrown (a trap, a
 * guest stack overflow, an answer that cannot be lifted) is a `CoreFault`.
 */
function guarded<T>(call: () => T, typedError?: TypedError): T {
  try {
    return call();
  } catch (error) {
    if (error instanceof CoreFault) throw error;
    if (typedError && isComponentError(error)) throw new typedError(error.payload);
    throw new CoreFault(`the core failed: ${String(error)}`, { cause: error });
  }
}
