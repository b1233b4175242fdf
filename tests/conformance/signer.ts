// Signatures made here and now, for cases that are about what lies behind a valid signature.

import { sign } from "node:crypto";
import { SIMPLE_SIGNING } from "../../host/oci/media-types.js";
import { generateKey, type SigningKey, signLegacy } from "../support/sign.js";
import { SIGNATURE_ANNOTATION, type Signature } from "./image.js";

const KEY = generateKey();

/** The throw-away key, as `keyData` has it. */
export const THROW_AWAY_KEY = Buffer.from(KEY.publicPem).toString("base64");

/** A policy that asks for a signature by the throw-away key, for the image's repository. */
export const THROW_AWAY_POLICY = {
  default: [
    {
      type: "sigstoreSigned",
      keyData: THROW_AWAY_KEY,
      signedIdentity: { type: "matchRepository" },
    },
  ],
};

/** A signature over exactly `payload`, whatever that is, by the throw-away key. */
export function signPayload(payload: Uint8Array): Signature {
  return signPayloadBy(KEY, payload);
}

export function signPayloadBy({ privateKey }: SigningKey, payload: Uint8Array): Signature {
  return stored(payload, sign("sha256", payload, privateKey).toString("base64"));
}

/** What cosign signs about an image, by the throw-away key. Neither argument need be true. */
export function signImage(dockerReference: string, manifestDigest: string): Signature {
  const { payload, signature } = signLegacy({ privateKey: KEY.privateKey, dockerReference, manifestDigest });
  return stored(payload, signature);
}

function stored(payload: Uint8Array, signature: string): Signature {
  return { mimeType: SIMPLE_SIGNING, payload, annotations: { [SIGNATURE_ANNOTATION]: signature } };
}
