import type { DenyingCode } from "../core/core.js";

/** What can be wrong with an image, wherever it is, by the codes of docs/codes.md. */
export type ImageFault = Extract<
  DenyingCode,
  | "source-unreadable"
  | "layout-invalid"
  | "image-ambiguous"
  | "archive-invalid"
  | "archive-path-unsafe"
  | "archive-path-duplicate"
  | "archive-link"
  | "archive-unreferenced"
  | "archive-manifest-mismatch"
  | "archive-name-mismatch"
  | "manifest-invalid"
  | "manifest-missing"
  | "blob-missing"
  | "blob-mismatch"
  | "copy-failed"
>;

/**
 * An image that is not there, or not what it says it is, wherever it was looked for. Failures of a registry are
 * `RegistryError`s. The message is one line, lower case, no full stop; foreign text in it is quoted and cut.
 */
export class ImageError extends Error {
  override readonly name = "ImageError";
  /** The code of a judgement that is denied for it. */
  readonly code: ImageFault;

  constructor(message: string, code: ImageFault = "manifest-invalid") {
    super(message);
    this.code = code;
  }
}

/** Runs `work`; an `ImageError` from it gets this code. */
export function faultOf<T>(code: ImageFault, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof ImageError ? new ImageError(error.message, code) : error;
  }
}

const LONGEST_QUOTE = 120;

/** Foreign text for an error: escaped, in quotes, at most 120 characters of it. */
export function quote(text: string): string {
  return JSON.stringify(text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text);
}
