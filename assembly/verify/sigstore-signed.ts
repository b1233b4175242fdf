// The requirement `sigstoreSigned`: one signature, by one of its keys, over a payload that names this manifest and an
// identity that fits, is enough (upstream: signature/policy_eval_sigstore.go). The order of checks is upstream's.

import { decodeBase64 } from "../bytes/base64";
import { Bytes } from "../bytes/bytes";
import { encodeHex } from "../bytes/hex";
import { parsePayload } from "../evidence/simple-signing";
import { sha256 } from "../hash/sha256";
import { Reference } from "../image/reference";
import { matchesIdentity } from "../policy/identity";
import { IdentityType, Requirement } from "../policy/types";
import { PublicKey } from "../sig/public-key";
import { verifySignature } from "../sig/verify";
import { Budget } from "./budget";
import { Code } from "./code";
import { ItemOutcome, Verdict } from "./judgement";
import { Reason } from "./reason";
import { Signatures, UntrustedSignature } from "./signatures";

/** A payload whose signature is good, and whose. Only `verifyPayload` makes one. */
class VerifiedPayload {
  constructor(
    readonly bytes: Bytes,
    readonly signer: PublicKey,
  ) {}
}

/**
 * Judges the signatures of the image with this digest. `reference` is what it is called, or null. The requirement has
 * keys that can be used, and nothing else as its source of trust.
 */
export function judgeSigstoreSigned(
  requirement: Requirement,
  reference: Reference | null,
  digest: Bytes,
  signatures: Signatures,
  budget: Budget,
): Verdict {
  const outcomes = signatures.rejected.slice(0);
  for (let i = 0; i < signatures.untrusted.length; i++) {
    const judged = judgeSignature(requirement, reference, digest, signatures.untrusted[i], budget);
    outcomes.push(judged.outcome);
    if (judged.outcome.ok) {
      const verdict = new Verdict(true, Code.Accepted, judged.outcome.reason);
      verdict.signer = judged.signer;
      verdict.items = outcomes;
      return verdict;
    }
  }
  const verdict = refusal(reference, outcomes, signatures);
  verdict.items = outcomes;
  return verdict;
}

class Judged {
  constructor(
    readonly outcome: ItemOutcome,
    readonly signer: Bytes | null,
  ) {}
}

function judgeSignature(
  requirement: Requirement,
  reference: Reference | null,
  digest: Bytes,
  untrusted: UntrustedSignature,
  budget: Budget,
): Judged {
  const text = untrusted.signature;
  if (text === null) {
    return rejected(
      untrusted,
      Code.SignatureMalformed,
      new Reason().text("the signature's annotation is missing"),
    );
  }
  const signature = decodeBase64(text);
  if (signature === null) {
    return rejected(untrusted, Code.SignatureMalformed, new Reason().text("the signature is not base64"));
  }
  const verified = verifyPayload(requirement, untrusted.payload, signature, budget);
  if (verified === null) {
    if (budget.exhausted) {
      return rejected(
        untrusted,
        Code.BudgetExhausted,
        new Reason().text("too many signature checks for one image"),
      );
    }
    return rejected(
      untrusted,
      Code.SignatureInvalid,
      new Reason()
        .text("the signature is not by ")
        .text(requirement.keys.length == 1 ? "the key" : "a key")
        .text(" of the policy"),
    );
  }

  const payload = parsePayload(verified.bytes);
  if (payload === null) {
    return rejected(
      untrusted,
      Code.PayloadMalformed,
      new Reason().text("what was signed is not a cosign payload"),
    );
  }
  if (!payload.manifestDigest.equals(digest)) {
    return rejected(
      untrusted,
      Code.PayloadDigestMismatch,
      new Reason().text("the signature is for another image, ").foreign(payload.manifestDigest),
    );
  }
  if (!matchesIdentity(requirement.identity(), reference, payload.dockerReference)) {
    return rejected(
      untrusted,
      Code.IdentityMismatch,
      identityMismatch(requirement, reference, payload.dockerReference),
    );
  }
  const signer = encodeHex(sha256(verified.signer.spki));
  const reason = new Reason()
    .text("signed as ")
    .foreign(payload.dockerReference)
    .text(" by key sha256:")
    .foreign(signer);
  return new Judged(new ItemOutcome(untrusted.origin, true, Code.Accepted, reason.done()), signer);
}

/** Tries every key of the requirement; the first that fits is the signer. */
function verifyPayload(
  requirement: Requirement,
  payload: Bytes,
  signature: Bytes,
  budget: Budget,
): VerifiedPayload | null {
  for (let i = 0; i < requirement.keys.length; i++) {
    const key = requirement.keys[i].publicKey();
    assert(key !== null);
    if (!budget.spend()) return null;
    if (verifySignature(key!, payload, signature)) return new VerifiedPayload(payload, key!);
  }
  return null;
}

function rejected(untrusted: UntrustedSignature, code: Code, reason: Reason): Judged {
  return new Judged(new ItemOutcome(untrusted.origin, false, code, reason.done()), null);
}

function identityMismatch(requirement: Requirement, reference: Reference | null, signed: Bytes): Reason {
  const reason = new Reason().text("signed as ");
  if (signed.length == 0) reason.text("nothing");
  else reason.foreign(signed);
  reason.text(", which is not ");
  const type = requirement.identity().type;
  if (type == IdentityType.ExactReference || type == IdentityType.ExactRepository) {
    return reason.foreign(requirement.identity().text);
  }
  if (reference === null) return reason.text("the name of an image without a reference");
  if (type == IdentityType.MatchRepository) return reason.foreign(reference.name);
  reason.foreign(reference.toBytes());
  // What cosign writes by default.
  if (signed.lastIndexOf(0x3a) <= signed.lastIndexOf(0x2f))
    reason.text("; for signatures by cosign write signedIdentity matchRepository");
  return reason;
}

/** The verdict when no signature was accepted. */
function refusal(reference: Reference | null, outcomes: Array<ItemOutcome>, signatures: Signatures): Verdict {
  const unavailable = signatures.unavailable;
  if (unavailable !== null) {
    const reason = new Reason().text("could not ask for signatures");
    if (unavailable.detail.length > 0) reason.text(": ").foreign(unavailable.detail);
    return new Verdict(false, unavailable.code, reason.done());
  }
  if (outcomes.length == 0) {
    const reason = new Reason().text("no signature found");
    if (reference !== null) reason.text(" in ").foreign(reference.name);
    if (signatures.otherKinds > 0)
      reason.text(", only ").count(signatures.otherKinds, "item").text(" of another kind");
    reason.text("; sign the image with cosign, or copy its signatures along with it");
    return new Verdict(false, Code.NoSignature, reason.done());
  }
  const best = furthest(outcomes);
  if (outcomes.length == 1 && signatures.surplus == 0) return new Verdict(false, best.code, best.reason);
  const reason = new Reason().text("none of ").count(outcomes.length, "signature").text(" is accepted");
  if (signatures.surplus > 0) reason.text(" (").number(signatures.surplus).text(" more not looked at)");
  reason.text(": ").foreign(best.reason);
  return new Verdict(false, best.code, reason.done());
}

/** The rejection that came furthest: the one most worth reading. */
function furthest(outcomes: Array<ItemOutcome>): ItemOutcome {
  let best = outcomes[0];
  for (let i = 1; i < outcomes.length; i++)
    if (stage(outcomes[i].code) > stage(best.code)) best = outcomes[i];
  return best;
}

function stage(code: Code): i32 {
  switch (code) {
    case Code.IdentityMismatch:
      return 5;
    case Code.PayloadDigestMismatch:
      return 4;
    case Code.PayloadMalformed:
      return 3;
    case Code.BudgetExhausted:
      return 2;
    case Code.SignatureInvalid:
      return 1;
  }
  return 0;
}
