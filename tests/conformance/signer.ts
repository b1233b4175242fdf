// Signatures made here and now, for cases that are about what lies behind a valid signature.

import { generateKeyPairSync, sign } from "node:crypto";
import { SIGNATURE_ANNOTATION, SIMPLE_SIGNING, type Signature } from "./image.js";

const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const keyData = publicKey.export({ type: "spki", format: "pem" }).toString();

/** A policy that asks for a signature by the throw-away key, whatever repository it names. */
export const THROW_AWAY_POLICY = {
  default: [
    {
      type: "sigstoreSigned",
      keyData: Buffer.from(keyData).toString("base64"),
      signedIdentity: { type: "matchRepository" },
    },
  ],
};

/** A cosign signature over exactly `payload`, by the throw-away key. */
export function signPayload(payload: Uint8Array): Signature {
  const signature = sign("sha256", payload, privateKey).toString("base64");
  return { mimeType: SIMPLE_SIGNING, payload, annotations: { [SIGNATURE_ANNOTATION]: signature } };
}

/** The payload cosign writes: `repository` and `digest` are said, not checked. */
export function cosignPayload(repository: string, digest: string): Buffer {
  return Buffer.from(
    JSON.stringify({
      critical: {
        identity: { "docker-reference": repository },
        image: { "docker-manifest-digest": digest },
        type: "cosign container image signature",
      },
      optional: null,
    }),
  );
}
