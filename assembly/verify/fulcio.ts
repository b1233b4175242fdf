// Signatures with one of Fulcio's certificates (upstream: signature/fulcio_cert.go), which live for minutes: the time
// that counts is when the log saw the signature. Certificate transparency (SCTs) is not checked, as upstream.

import { Bytes } from "../bytes/bytes";
import { onlyPemBlock } from "../evidence/hashedrekord";
import { Fulcio, FulcioSubjectKind, Requirement } from "../policy/types";
import { matchesUriPattern } from "../policy/uri-pattern";
import { fulcioIssuerOf } from "../x509/fulcio-issuer";
import { GeneralNames } from "../x509/general-names";
import { Budget } from "./budget";
import { CertificateRules, certificateMissing, certify, otherSigner } from "./certified";
import { Code } from "./code";
import { Judged, rejected } from "./judged";
import { readLogEntry } from "./logged";
import { Question } from "./question";
import { Reason } from "./reason";
import { UntrustedSignature } from "./signatures";
import { Signers } from "./signers";

/**
 * The key of the certificate beside `untrusted`, if the certificate was logged, is Fulcio's, and names the subject that
 * the requirement asks for.
 */
export function fulcioSigner(
  requirement: Requirement,
  fulcio: Fulcio,
  untrusted: UntrustedSignature,
  signature: Bytes,
  question: Question,
): Signers {
  const missing = certificateMissing(untrusted);
  if (missing !== null) return Signers.none(missing);
  const logged = readLogEntry(requirement, untrusted, signature, question.budget);
  const notLogged = logged.rejection;
  if (notLogged !== null) return Signers.none(notLogged);
  const der = onlyPemBlock(untrusted.annotations.certificate!);
  if (der === null || !der.equals(logged.verifier)) return Signers.none(otherCertificate(untrusted));
  return fulcioSignerAt(logged.time, logged.verifier, fulcio, untrusted, question.budget);
}

function otherCertificate(untrusted: UntrustedSignature): Judged {
  const reason = new Reason().text("the log entry is for another certificate");
  return rejected(untrusted, Code.LogEntryInvalid, reason);
}

/** The same, given that the log saw the signature with the certificate `verifier` at this time, in Unix seconds. */
export function fulcioSignerAt(
  time: i64,
  verifier: Bytes,
  fulcio: Fulcio,
  untrusted: UntrustedSignature,
  budget: Budget,
): Signers {
  const rules = new CertificateRules(fulcio.ca.certificates, [], time, true);
  const certified = certify(rules, untrusted, budget);
  const notCertified = certified.rejection;
  if (notCertified !== null) return Signers.none(notCertified);
  // The text was read twice: what counts is the certificate that was logged.
  if (!certified.leaf().der.equals(verifier)) return Signers.none(otherCertificate(untrusted));

  const issuer = fulcioIssuerOf(certified.leaf().extensions);
  if (issuer === null || !issuer.equals(fulcio.oidcIssuer)) {
    return Signers.none(otherSigner(untrusted, "the certificate's issuer is", issuer, fulcio.oidcIssuer));
  }
  const names = certified.names();
  const subject = subjectIn(names, fulcio);
  if (subject === null) {
    const found = someName(names, fulcio);
    return Signers.none(otherSigner(untrusted, "the certificate names", found, fulcio.subject.text));
  }
  return Signers.certified(certified.key(), subject);
}

/** The name that the requirement asks for; null if it is not there. */
function subjectIn(names: GeneralNames, fulcio: Fulcio): Bytes | null {
  const wanted = fulcio.subject;
  if (wanted.kind == FulcioSubjectKind.Email) {
    for (let i = 0; i < names.emails.length; i++) if (names.emails[i].equals(wanted.text)) return wanted.text;
    return null;
  }
  // A workload has one identity. If there are several, any of them could be one that was given to somebody else.
  if (names.uris.length != 1) return null;
  const uri = names.uris[0];
  const fits =
    wanted.kind == FulcioSubjectKind.Uri ? uri.equals(wanted.text) : matchesUriPattern(wanted.text, uri);
  return fits ? uri : null;
}

/** A name of the kind that is asked for, for people. */
function someName(names: GeneralNames, fulcio: Fulcio): Bytes | null {
  const all = fulcio.subject.kind == FulcioSubjectKind.Email ? names.emails : names.uris;
  return all.length > 0 ? all[0] : null;
}
