// Who may have made a signature: the keys of the requirement, or the one that its log or its certificates vouch for
// (upstream: signature/policy_eval_sigstore.go, isSignatureAccepted, "establish public keys").

import { Bytes } from "../bytes/bytes";
import { Requirement } from "../policy/types";
import { PublicKey } from "../sig/public-key";
import { Code } from "./code";
import { fulcioSigner } from "./fulcio";
import { Judged, rejected } from "./judged";
import { readLogEntry } from "./logged";
import { pkiSigner } from "./pki";
import { Question } from "./question";
import { Reason } from "./reason";
import { UntrustedSignature } from "./signatures";

/** The keys that count for one signature; or, if there are none, why. */
export class Signers {
  constructor(
    readonly rejection: Judged | null,
    readonly keys: Array<PublicKey>,
    /** Whom a certificate names, if it is one that says who signed. */
    readonly identity: Bytes | null = null,
  ) {}

  static none(rejection: Judged): Signers {
    return new Signers(rejection, []);
  }

  static certified(key: PublicKey, identity: Bytes): Signers {
    return new Signers(null, [key], identity);
  }
}

/** The signers that `requirement` has for `untrusted`, a payload with this signature. */
export function signersOf(
  requirement: Requirement,
  untrusted: UntrustedSignature,
  signature: Bytes,
  question: Question,
): Signers {
  const fulcio = requirement.fulcio;
  if (fulcio !== null) return fulcioSigner(requirement, fulcio, untrusted, signature, question);
  const pki = requirement.pki;
  if (pki !== null) return pkiSigner(pki, untrusted, question);
  if (requirement.rekorKeys.length > 0) return loggedKey(requirement, untrusted, signature, question);
  return new Signers(null, keysOf(requirement));
}

/** Every key that the requirement itself names. */
export function keysOf(requirement: Requirement): Array<PublicKey> {
  const keys: Array<PublicKey> = [];
  for (let i = 0; i < requirement.keys.length; i++) keys.push(requirement.keys[i].publicKey()!);
  return keys;
}

/** Of the requirement's keys the one that is logged. The time does not matter: a key does not expire. */
function loggedKey(
  requirement: Requirement,
  untrusted: UntrustedSignature,
  signature: Bytes,
  question: Question,
): Signers {
  const logged = readLogEntry(requirement, untrusted, signature, question.budget);
  const rejection = logged.rejection;
  if (rejection !== null) return Signers.none(rejection);
  const keys = keysOf(requirement);
  for (let i = 0; i < keys.length; i++) {
    if (keys[i].spki.equals(logged.verifier)) return new Signers(null, [keys[i]]);
  }
  const reason = new Reason().text("the log entry is for another key than those of the policy");
  return Signers.none(rejected(untrusted, Code.LogEntryInvalid, reason));
}
