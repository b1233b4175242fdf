import type { Code, PolicyError as LocatedError, Refusal } from "#component/types";

/** The first thing wrong with a policy: `message` says what, the rest where. */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
  /** From 1. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
  /** Such as `transports.docker["ghcr.io/x"][0].keyPath`; empty at the top. */
  readonly path: string;

  constructor(error: LocatedError) {
    super(error.message);
    this.line = error.line;
    this.column = error.column;
    this.path = error.path;
  }
}

/** A name that `explain` cannot read. */
export class NameRefused extends Error {
  override readonly name = "NameRefused";
  readonly code: Code;
  readonly reason: string;

  constructor(refusal: Refusal) {
    super(`${refusal.code}: ${refusal.reason}`);
    this.code = refusal.code;
    this.reason = refusal.reason;
  }
}

/** An argument the component's glue would have read as something else; it never reached the core. */
export class ArgumentRefused extends Error {
  override readonly name = "ArgumentRefused";
}

/** The core trapped, or its answer could not be read. The instance is gone; the request must be denied. */
export class CoreFault extends Error {
  override readonly name = "CoreFault";
}
