// A legacy cosign signature under a requirement (upstream: internal/sigstore_payload.go, VerifySigstorePayload): the
// signature, then the payload, the digest before the identity.

import { decodeBase64 } from "../bytes/base64";
import { parsePayload } from "../evidence/simple-signing";
import { matchesIdentity } from "../policy/identity";
import { Requirement } from "../policy/types";
import { Code } from "./code";
import { accepted, Judged, notSigned, otherIdentity, otherImage, rejected } from "./judged";
import { Question } from "./question";
import { Reason } from "./reason";
import { UntrustedSignature } from "./signatures";
import { verifySigned } from "./signer";
import { signersOf } from "./signers";

export function judgeSimpleSigning(
  requirement: Requirement,
  untrusted: UntrustedSignature,
  question: Question,
): Judged {
  const text = untrusted.annotations.signature;
  if (text === null) {
    const reason = new Reason().text("the signature's annotation is missing");
    return rejected(untrusted, Code.SignatureMalformed, reason);
  }
  const signature = decodeBase64(text);
  if (signature === null) {
    return rejected(untrusted, Code.SignatureMalformed, new Reason().text("the signature is not base64"));
  }
  const signers = signersOf(requirement, untrusted, signature, question);
  const rejection = signers.rejection;
  if (rejection !== null) return rejection;
  const message = untrusted.bytes;
  const signed = verifySigned(signers, untrusted, message, message, signature, question.budget);
  if (signed === null) return notSigned(untrusted, requirement, question.budget);

  const payload = parsePayload(signed.bytes);
  if (payload === null) {
    const reason = new Reason().text("what was signed is not a cosign payload");
    return rejected(untrusted, Code.PayloadMalformed, reason);
  }
  if (!payload.manifestDigest.equals(question.digest)) return otherImage(untrusted, payload.manifestDigest);
  if (!matchesIdentity(requirement.identity(), question.reference, payload.dockerReference)) {
    return otherIdentity(untrusted, requirement, question.reference, payload.dockerReference);
  }
  return accepted(untrusted, signed, payload.dockerReference);
}
