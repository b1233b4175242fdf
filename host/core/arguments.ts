import type { Evidence, Image } from "#component/types";
import { ArgumentRefused } from "./errors.js";

/**
 * The transpiled glue takes anything that is not bytes for an empty list and turns lone surrogates into U+FFFD, so
 * that different names become the same. Neither may happen on the way to a verdict.
 */
export function assertImage(image: Image): void {
  assertText("transport", image.transport);
  assertText("name", image.name);
  assertText("digest", image.digest);
  if (image.mode !== "user" && image.mode !== "containerd")
    throw new ArgumentRefused('mode is neither "user" nor "containerd"');
  assertBytes("descriptor", image.descriptor);
}

export function assertEvidence(evidence: readonly Evidence[]): void {
  if (!Array.isArray(evidence)) throw new ArgumentRefused("evidence is not a list");
  for (const one of evidence) {
    if (!isFaithful(one)) throw new ArgumentRefused("evidence has a part that is neither bytes nor text");
  }
}

/** Unix time in seconds, as `BigInt(Math.floor(Date.now() / 1000))` is. */
export function assertTime(now: unknown): void {
  if (typeof now !== "bigint") throw new ArgumentRefused("now is not a bigint of seconds");
}

export function assertBytes(what: string, value: unknown): asserts value is Uint8Array {
  if (!(value instanceof Uint8Array)) throw new ArgumentRefused(`${what} is not bytes`);
}

/** Whether the glue would pass this evidence on unchanged. */
export function isFaithful(evidence: Evidence): boolean {
  switch (evidence.tag) {
    case "item": {
      const { reference, mediaType, annotations, bytes, origin } = evidence.val;
      return (
        bytes instanceof Uint8Array &&
        [reference, mediaType, origin].every(isText) &&
        annotations.every(([key, value]) => isText(key) && isText(value))
      );
    }
    case "absent":
      return isText(evidence.val.reference);
    case "unavailable":
      return isText(evidence.val.reference) && isText(evidence.val.detail);
  }
}

function assertText(what: string, value: unknown): void {
  if (!isText(value)) throw new ArgumentRefused(`${what} is not well-formed unicode`);
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value.isWellFormed();
}
