import type { Claim } from "./claim.js";
import { protoJson } from "./go-json.js";

/** The payloadType of a DSSE envelope around a statement. */
export const IN_TOTO = "application/vnd.in-toto+json";

const STATEMENT = "https://in-toto.io/Statement/v1";

/** The predicate type that makes the statement an image's signature, as opposed to any other statement about it. */
export const COSIGN_SIGN = "https://sigstore.dev/cosign/sign/v1";

/**
 * The in-toto statement that `cosign sign` signs, with the image as a subject under each of `names` (cosign itself
 * gives none): whichever name an identity asks for, one of them can be it.
 */
export function signStatement(names: readonly string[], { manifestDigest, annotations }: Claim): Uint8Array {
  const digest = { sha256: manifestDigest.replace(/^sha256:/, "") };
  const statement = protoJson({
    _type: STATEMENT,
    subject: names.map((name) => ({ name, digest, annotations })),
    predicateType: COSIGN_SIGN,
    predicate: {},
  });
  return Buffer.from(statement);
}
