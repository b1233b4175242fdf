import type { DenyingCode } from "../core/core.js";

/** Command line or configuration is wrong: one line for the user, exit status 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";

  constructor(
    message: string,
    readonly code: DenyingCode = "usage",
  ) {
    super(message);
  }
}
