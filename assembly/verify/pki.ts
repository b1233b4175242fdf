// Signatures with a certificate by the operator's own authority (upstream: signature/pki_cert.go). There is no time of
// signing, so the certificate has to be valid now.

import { Bytes } from "../bytes/bytes";
import { Pki } from "../policy/types";
import { GeneralNames } from "../x509/general-names";
import { isForHost } from "../x509/host-name";
import { CertificateRules, certificateMissing, certify, otherSigner } from "./certified";
import { Question } from "./question";
import { UntrustedSignature } from "./signatures";
import { Signers } from "./signers";

/**
 * The key of the certificate beside `untrusted`, if it leads to the requirement's roots and names the subject that the
 * requirement asks for.
 */
export function pkiSigner(pki: Pki, untrusted: UntrustedSignature, question: Question): Signers {
  const missing = certificateMissing(untrusted);
  if (missing !== null) return Signers.none(missing);
  const intermediates = pki.caIntermediates;
  const rules = new CertificateRules(
    pki.caRoots.certificates,
    intermediates === null ? [] : intermediates.certificates,
    <i64>question.now,
    false,
  );
  const certified = certify(rules, untrusted, question.budget);
  const notCertified = certified.rejection;
  if (notCertified !== null) return Signers.none(notCertified);

  const names = certified.names();
  const email = textOf(pki.subjectEmail);
  if (email.length > 0 && !hasEmail(names, email)) {
    return Signers.none(otherSigner(untrusted, "the certificate names", first(names.emails), email));
  }
  const host = textOf(pki.subjectHostname);
  if (host.length > 0 && !isForHost(names, host)) {
    return Signers.none(otherSigner(untrusted, "the certificate is for", first(names.dnsNames), host));
  }
  return Signers.certified(certified.key(), email.length > 0 ? email : host);
}

function hasEmail(names: GeneralNames, email: Bytes): bool {
  for (let i = 0; i < names.emails.length; i++) if (names.emails[i].equals(email)) return true;
  return false;
}

function textOf(text: Bytes | null): Bytes {
  return text === null ? Bytes.NONE : text;
}

function first(names: Array<Bytes>): Bytes | null {
  return names.length > 0 ? names[0] : null;
}
