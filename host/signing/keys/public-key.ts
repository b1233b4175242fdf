import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { type KeyKind, kindOf } from "./kind.js";
import { readPem, writePem } from "./pem.js";
import { KeyRefused } from "./refused.js";

export interface PublicKey {
  readonly kind: KeyKind;
  /** SubjectPublicKeyInfo (RFC 5280, 4.1), DER. */
  readonly spki: Uint8Array;
  /** The same as PEM, as in `cosign.pub`. */
  readonly pem: string;
  /** SHA-256 of `spki`, lower-case hex: what judgements call the signer. */
  readonly fingerprint: string;
  /** SHA-256 of `spki`, base64: a sigstore bundle's hint at its key. */
  readonly hint: string;
}

/** The key in a PEM file: SPKI or PKCS#1. Throws `KeyRefused`. */
export function parsePublicKey(file: Uint8Array): PublicKey {
  const { label, contents } = readPem(file);
  if (label === "PUBLIC KEY") return publicKey(decoded(contents, "spki"));
  if (label === "RSA PUBLIC KEY") return publicKey(decoded(contents, "pkcs1"));
  throw new KeyRefused(`the PEM label is neither PUBLIC KEY nor RSA PUBLIC KEY, but ${label}`);
}

/** The public half of `privateKey`. Throws `KeyRefused` if it is not of a kind that is used. */
export function publicKeyOf(privateKey: KeyObject): PublicKey {
  return publicKey(createPublicKey(privateKey));
}

function publicKey(key: KeyObject): PublicKey {
  const spki = key.export({ type: "spki", format: "der" });
  const digest = createHash("sha256").update(spki).digest();
  return {
    kind: kindOf(key),
    spki,
    pem: writePem({ label: "PUBLIC KEY", contents: spki }),
    fingerprint: digest.toString("hex"),
    hint: digest.toString("base64"),
  };
}

function decoded(der: Uint8Array, type: "spki" | "pkcs1"): KeyObject {
  try {
    return createPublicKey({ key: Buffer.from(der), format: "der", type });
  } catch {
    throw new KeyRefused("not a public key in DER");
  }
}
