import type { Code } from "#component/types";

/** Why a registry could not be asked, or not be believed. */
export type RegistryCode = Extract<Code, `registry-${string}` | "evidence-too-large">;

export interface RegistryErrorOptions {
  /** How long the registry asked us to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** Whether the same request may well succeed in a moment. */
  readonly transient?: boolean;
}

/**
 * A registry's failure. Its text holds our own words, status codes and OCI error codes only: never a body, a
 * URL, a header or a credential, so that it may be logged and shown as it is.
 */
export class RegistryError extends Error {
  override readonly name = "RegistryError";
  readonly code: RegistryCode;
  /** One line, lower case, no full stop. */
  readonly detail: string;
  readonly retryAfterMs?: number;
  readonly transient: boolean;
  /** HOST/REPOSITORY that was asked, as the image is named; for whoever asks several. */
  repository?: string;

  constructor(code: RegistryCode, detail: string, options: RegistryErrorOptions = {}) {
    super(`${code}: ${detail}`);
    this.code = code;
    this.detail = detail;
    this.transient = options.transient ?? false;
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
  }
}
