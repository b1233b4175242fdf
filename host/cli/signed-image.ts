import { reasonLine } from "../service/one-line.js";
import type { SignedVerdict } from "../signing/judge-signed.js";
import type { SignedManifest } from "../signing/sign-manifests.js";

/** The result of `sign-image`. */
export interface SignedResult {
  /** As it was signed: with its tag, if it has one. */
  readonly name: string;
  /** `sha256:…` of the image. */
  readonly digest: string;
  /** The tag the image has at the target. */
  readonly tag: string | null;
  readonly signed: readonly SignedManifest[];
  /** SHA-256 of the key's SPKI DER, hex. */
  readonly fingerprint: string;
}

/** One line for the image, and one for each place of its signatures. */
export function signedText(result: SignedResult): string {
  const { name, digest, signed, fingerprint } = result;
  const lines = [`signed ${name}@${digest} with key ${fingerprint}`];
  for (const { subject, legacy, bundle } of signed) {
    const of = subject.digest === digest ? "" : ` of ${subject.digest}`;
    if (legacy !== null) lines.push(`  ${legacy.tag}: ${count(legacy.added)}`);
    if (bundle !== null) lines.push(`  bundle ${bundle.digest}${of}: ${count(bundle.added ? 1 : 0)}`);
  }
  return `${lines.join("\n")}\n`;
}

/** The same as one JSON object. `tags` are all that lead to the image or its signatures, the image's own first. */
export function signedJson({ name, digest, tag, signed, fingerprint }: SignedResult): string {
  const tags = [
    tag,
    ...signed.flatMap(({ legacy, bundle }) => [legacy?.tag ?? null, bundle?.fallbackTag ?? null]),
  ].filter((tag) => tag !== null);
  const referrers = signed.flatMap(({ bundle }) => bundle?.digest ?? []);
  const added = signed.reduce(
    (sum, { legacy, bundle }) => sum + (legacy?.added ?? 0) + (bundle?.added ? 1 : 0),
    0,
  );
  return `${JSON.stringify({ name, digest, tags, referrers, fingerprint, added })}\n`;
}

/** Why the image did not get its tag: a line for each verdict that is not an acceptance. */
export function denials(verdicts: readonly SignedVerdict[]): string[] {
  return verdicts
    .filter(({ verdict }) => !verdict.ok)
    .map(({ by, subject, verdict }) => {
      const judge = by === "policy" ? "the policy" : `the public key and the ${by} signatures alone`;
      return reasonLine(
        `${subject.digest} is signed but denied by ${judge}: ${verdict.code}: ${verdict.reason}`,
      );
    });
}

function count(added: number): string {
  return added === 0 ? "nothing to add" : added === 1 ? "1 signature added" : `${added} signatures added`;
}
