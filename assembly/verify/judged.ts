// The verdict on one signature under one requirement.

import { Bytes } from "../bytes/bytes";
import { Reference } from "../image/reference";
import { IdentityType, Requirement } from "../policy/types";
import { Budget } from "./budget";
import { Code } from "./code";
import { ItemOutcome } from "./judgement";
import { Reason } from "./reason";
import { UntrustedSignature } from "./signatures";
import { Signed } from "./signer";

export class Judged {
  constructor(
    readonly outcome: ItemOutcome,
    /** Who signed, if it is accepted: SHA-256 of the key's SPKI in hex, or whom the certificate names. */
    readonly signer: Bytes | null,
  ) {}
}

export function rejected(untrusted: UntrustedSignature, code: Code, reason: Reason): Judged {
  return new Judged(new ItemOutcome(untrusted.origin, false, code, reason.done()), null);
}

/** `name` is what the image is called in what was signed. */
export function accepted(untrusted: UntrustedSignature, signed: Signed, name: Bytes): Judged {
  const signer = signed.signer();
  const reason = new Reason().text("signed");
  if (name.length > 0) reason.text(" as ").foreign(name);
  reason.text(signed.identity === null ? " by key sha256:" : " by ").own(signer);
  return new Judged(new ItemOutcome(untrusted.origin, true, Code.Accepted, reason.done()), signer);
}

/** There was no budget left to check it. */
export function overBudget(untrusted: UntrustedSignature): Judged {
  const reason = new Reason().text("too many signature checks for one image");
  return rejected(untrusted, Code.BudgetExhausted, reason);
}

/** No key fits, or there was no budget left to try. */
export function notSigned(untrusted: UntrustedSignature, requirement: Requirement, budget: Budget): Judged {
  if (budget.exhausted) return overBudget(untrusted);
  const reason = new Reason().text("the signature is not by ");
  if (requirement.keys.length == 0) reason.text("the key of its certificate");
  else reason.text(requirement.keys.length == 1 ? "the key" : "a key").text(" of the policy");
  return rejected(untrusted, Code.SignatureInvalid, reason);
}

export function otherImage(untrusted: UntrustedSignature, digest: Bytes): Judged {
  const reason = new Reason().text("the signature is for another image");
  if (digest.length > 0) reason.text(", ").foreign(digest);
  return rejected(untrusted, Code.PayloadDigestMismatch, reason);
}

/** `signed` is what the image is called in what was signed. */
export function otherIdentity(
  untrusted: UntrustedSignature,
  requirement: Requirement,
  reference: Reference | null,
  signed: Bytes,
): Judged {
  const reason = new Reason().text("signed as ");
  if (signed.length == 0) reason.text("nothing");
  else reason.foreign(signed);
  reason.text(", which is not ");
  const type = requirement.identity().type;
  if (type == IdentityType.ExactReference || type == IdentityType.ExactRepository) {
    reason.foreign(requirement.identity().text);
  } else if (reference === null) reason.text("the name of an image without a reference");
  else if (type == IdentityType.MatchRepository || type == IdentityType.MatchDigest) {
    reason.foreign(reference.name);
  } else {
    reason.foreign(reference.toBytes());
    // The right repository and no tag is what cosign writes by default.
    if (signed.equals(reference.name)) {
      reason.text("; for signatures by cosign write signedIdentity matchRepository");
    }
  }
  return rejected(untrusted, Code.IdentityMismatch, reason);
}
