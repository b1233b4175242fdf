/**
 * An image that is not there, or not what it says it is, wherever it was looked for. Failures of a registry are
 * `RegistryError`s. The message is one line, lower case, no full stop; foreign text in it is quoted and cut.
 */
export class ImageError extends Error {
  override readonly name = "ImageError";
}

const LONGEST_QUOTE = 120;

/** Foreign text for an error: escaped, in quotes, at most 120 characters of it. */
export function quote(text: string): string {
  return JSON.stringify(text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text);
}
