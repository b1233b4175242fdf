// A sigstore bundle under a requirement with keys. An extension: containers/image reads no bundles. The subjects of a
// bundle's statement name the image; a bundle without a name is bound to no repository, and satisfies only the identity
// that asks for none.

import { Bytes } from "../bytes/bytes";
import { Material, parseBundle } from "../evidence/bundle";
import { parseStatement, STATEMENT_TYPE, Statement } from "../evidence/statement";
import { matchesIdentity } from "../policy/identity";
import { IdentityType, Requirement } from "../policy/types";
import { Code } from "./code";
import { accepted, Judged, notSigned, otherIdentity, otherImage, rejected } from "./judged";
import { Question } from "./question";
import { Reason } from "./reason";
import { UntrustedSignature } from "./signatures";
import { Signed, verifySigned } from "./signer";
import { keysOf, Signers } from "./signers";

export function judgeBundle(
  requirement: Requirement,
  untrusted: UntrustedSignature,
  question: Question,
): Judged {
  if (requirement.keys.length == 0 || requirement.rekorKeys.length > 0) {
    const reason = new Reason().text(
      "certificates and log entries in bundles are not verified, and the policy asks for one",
    );
    return rejected(untrusted, Code.EvidenceUnsupportedForRequirement, reason);
  }
  const bundle = parseBundle(untrusted.bytes);
  if (bundle === null) {
    const reason = new Reason().text("not a sigstore bundle of version 0.3 with one signature");
    return rejected(untrusted, Code.SignatureMalformed, reason);
  }
  if (bundle.isMessageSignature) {
    const reason = new Reason().text("the bundle signs a blob, not a statement about an image");
    return rejected(untrusted, Code.NotASignature, reason);
  }
  if (bundle.material != Material.PublicKey) {
    const reason = new Reason().text(
      "the bundle is signed with a certificate, and the policy asks for a key",
    );
    return rejected(untrusted, Code.EvidenceUnsupportedForRequirement, reason);
  }
  if (!bundle.payloadType.is(STATEMENT_TYPE)) {
    const reason = new Reason().text("the bundle's payload is not an in-toto statement");
    return rejected(untrusted, Code.NotASignature, reason);
  }
  const message = bundle.signedBytes();
  const signed = verifySigned(
    new Signers(null, keysOf(requirement)),
    untrusted,
    message,
    bundle.payload,
    bundle.signature,
    question.budget,
  );
  if (signed === null) return notSigned(untrusted, requirement, question.budget);

  const statement = parseStatement(signed.bytes);
  if (statement === null) {
    const reason = new Reason().text("what was signed is not an in-toto statement");
    return rejected(untrusted, Code.PayloadMalformed, reason);
  }
  if (!statement.isSignature) {
    const reason = new Reason().text("an attestation about the image, not a signature");
    return rejected(untrusted, Code.NotASignature, reason);
  }
  return judgeSubjects(requirement, untrusted, question, signed, statement);
}

/** One subject with the image's digest and a name that fits is enough. */
function judgeSubjects(
  requirement: Requirement,
  untrusted: UntrustedSignature,
  question: Question,
  signed: Signed,
  statement: Statement,
): Judged {
  const identity = requirement.identity();
  const hex = question.digest.from(7);
  let matching = 0;
  let unnamed = 0;
  let otherName = Bytes.NONE;
  for (let i = 0; i < statement.subjects.length; i++) {
    const subject = statement.subjects[i];
    if (!subject.sha256.equals(hex)) continue;
    matching++;
    const name = subject.name;
    if (name === null) unnamed++;
    else if (matchesIdentity(identity, question.reference, name)) return accepted(untrusted, signed, name);
    else otherName = name;
  }
  if (matching == 0) return otherImage(untrusted, Bytes.NONE);
  if (unnamed < matching) return otherIdentity(untrusted, requirement, question.reference, otherName);
  if (identity.type == IdentityType.MatchDigest) return accepted(untrusted, signed, Bytes.NONE);
  const reason = new Reason().text(
    "the bundle names no image; sign it with countersign sign-image, or write signedIdentity matchDigest",
  );
  return rejected(untrusted, Code.IdentityMissing, reason);
}
