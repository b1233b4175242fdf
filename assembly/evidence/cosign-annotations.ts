// What cosign writes beside a payload, as annotations of its layer (cosign specs/SIGNATURE_SPEC.md). Nothing vouches for
// any of it.

import { Bytes } from "../bytes/bytes";

const SIGNATURE: string = "dev.cosignproject.cosign/signature";
const CERTIFICATE: string = "dev.sigstore.cosign/certificate";
const CHAIN: string = "dev.sigstore.cosign/chain";
const BUNDLE: string = "dev.sigstore.cosign/bundle";

export class CosignAnnotations {
  /** The signature in base64; null where there is none, as for the others. */
  signature: Bytes | null = null;
  /** The signer's certificate in PEM. */
  certificate: Bytes | null = null;
  /** Certificates above it in PEM, the last one supposed to be a root. */
  chain: Bytes | null = null;
  /** Rekor's log entry with its signed timestamp, JSON. No sigstore bundle, though cosign calls it a bundle. */
  logEntry: Bytes | null = null;

  /** Whether an annotation of this name is one of them. */
  static has(name: Bytes): bool {
    return name.is(SIGNATURE) || name.is(CERTIFICATE) || name.is(CHAIN) || name.is(BUNDLE);
  }

  set(name: Bytes, value: Bytes): void {
    if (name.is(SIGNATURE)) this.signature = value;
    else if (name.is(CERTIFICATE)) this.certificate = value;
    else if (name.is(CHAIN)) this.chain = value;
    else if (name.is(BUNDLE)) this.logEntry = value;
  }
}
