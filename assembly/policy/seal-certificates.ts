// Certificates a policy names, read once each. Roots as upstream reads them: every certificate in the file, whatever stands
// around it. Intermediates are a file of certificates and of nothing else.

import { BytesMap } from "../bytes/bytes-map";
import { CA_FILE_BYTES } from "../limits";
import { PublicKey } from "../sig/public-key";
import { Certificate } from "../x509/certificate";
import { parseCertificates, TrustAnchors, trustAnchorsIn } from "../x509/certificates";
import { Material } from "./types";

const NO_CERTIFICATE: string = "it has no usable certificate";
const NOT_CERTIFICATES_ALONE: string = "it has something other than PEM certificates";
const CA_TOO_LONG: string = "longer than 1 MiB";

export class CertificateReading {
  /** Those that certificates were read with, of every content once. */
  readonly keys: Array<PublicKey> = [];
  /** By content. */
  private readonly anchors: BytesMap<TrustAnchors> = new BytesMap<TrustAnchors>();
  private readonly intermediates: BytesMap<Array<Certificate>> = new BytesMap<Array<Certificate>>();

  /** Gives a material its trust anchors; returns why it has none, or an empty text. */
  readAnchors(material: Material): string {
    const content = material.content();
    if (content === null) return "";
    if (content.length > CA_FILE_BYTES) return CA_TOO_LONG;
    let anchors = this.anchors.get(content);
    if (anchors === null) {
      anchors = usable(trustAnchorsIn(content));
      this.anchors.add(content, anchors);
      this.addKeys(anchors.certificates);
    }
    material.certificates = anchors.certificates;
    material.skipped = anchors.skipped;
    return anchors.certificates.length > 0 ? "" : NO_CERTIFICATE;
  }

  /** The same for intermediate certificates. */
  readIntermediates(material: Material): string {
    const content = material.content();
    if (content === null) return "";
    if (content.length > CA_FILE_BYTES) return CA_TOO_LONG;
    let certificates = this.intermediates.get(content);
    if (certificates === null) {
      certificates = parseCertificates(content, i32.MAX_VALUE);
      if (certificates === null) certificates = [];
      this.intermediates.add(content, certificates);
      this.addKeys(certificates);
    }
    material.certificates = certificates;
    return certificates.length > 0 ? "" : NOT_CERTIFICATES_ALONE;
  }

  /** Reads the key now: if it were read at first use, its memory would be released with the call that used it. */
  private addKeys(certificates: Array<Certificate>): void {
    for (let i = 0; i < certificates.length; i++) {
      const key = certificates[i].key().key;
      if (key !== null) this.keys.push(key);
    }
  }
}

/** Drops anchors whose key can verify nothing; this also reads every key. */
function usable(anchors: TrustAnchors): TrustAnchors {
  const out = new TrustAnchors();
  out.skipped = anchors.skipped;
  for (let i = 0; i < anchors.certificates.length; i++) {
    if (anchors.certificates[i].key().key === null) out.skipped++;
    else out.certificates.push(anchors.certificates[i]);
  }
  return out;
}
