// The requirement `sigstoreSigned`: one signature, by one of its keys, over something that names this manifest and an
// identity that fits, is enough (upstream: signature/policy_eval_sigstore.go). The order of checks is upstream's.

import { Reference } from "../image/reference";
import { EARLIEST_NOW } from "../limits";
import { Requirement } from "../policy/types";
import { Code } from "./code";
import { judgeBundle } from "./judge-bundle";
import { judgeSimpleSigning } from "./judge-simple-signing";
import { Judged } from "./judged";
import { ItemOutcome, Verdict } from "./judgement";
import { Question } from "./question";
import { Reason } from "./reason";
import { SignatureKind, Signatures, UntrustedSignature } from "./signatures";

/** Judges the signatures of an image. What the requirement trusts can be used. */
export function judgeSigstoreSigned(
  requirement: Requirement,
  signatures: Signatures,
  question: Question,
): Verdict {
  if (requirement.pki !== null && question.now < EARLIEST_NOW) {
    const reason = new Reason().text(
      "the clock shows a time before this program was made; certificates need the right one",
    );
    return new Verdict(false, Code.ClockInvalid, reason.done());
  }
  const outcomes = signatures.rejected.slice(0);
  for (let i = 0; i < signatures.untrusted.length; i++) {
    const judged = judgeSignature(requirement, signatures.untrusted[i], question);
    outcomes.push(judged.outcome);
    if (judged.outcome.ok) {
      const verdict = new Verdict(true, Code.Accepted, judged.outcome.reason);
      verdict.signer = judged.signer;
      verdict.items = outcomes;
      return verdict;
    }
  }
  const verdict = refusal(question.reference, outcomes, signatures);
  verdict.items = outcomes;
  return verdict;
}

function judgeSignature(requirement: Requirement, untrusted: UntrustedSignature, question: Question): Judged {
  return untrusted.kind == SignatureKind.Bundle
    ? judgeBundle(requirement, untrusted, question)
    : judgeSimpleSigning(requirement, untrusted, question);
}

/** The verdict when no signature was accepted. */
function refusal(reference: Reference | null, outcomes: Array<ItemOutcome>, signatures: Signatures): Verdict {
  const unavailable = signatures.unavailable;
  if (unavailable !== null) {
    const isDisabled = unavailable.code == Code.AttachmentsDisabled;
    const reason = new Reason().text(
      isDisabled ? "signatures are not looked for" : "could not ask for signatures",
    );
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
  reason.text(": ").own(best.reason);
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
    case Code.IdentityMissing:
      return 11;
    case Code.NotASignature:
      return 10;
    case Code.PayloadDigestMismatch:
      return 9;
    case Code.PayloadMalformed:
      return 8;
    case Code.BudgetExhausted:
      return 7;
    case Code.SignatureInvalid:
      return 6;
    case Code.CertificateIdentityMismatch:
      return 5;
    case Code.CertificateExpired:
    case Code.CertificateUnsupported:
    case Code.CertificateChainInvalid:
      return 4;
    case Code.CertificateMalformed:
      return 3;
    case Code.LogEntryInvalid:
      return 2;
    case Code.LogEntryMissing:
    case Code.CertificateMissing:
      return 1;
  }
  return 0;
}
