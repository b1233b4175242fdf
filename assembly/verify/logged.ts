// Has the log of a requirement logged a signature, by whom, and when (upstream: internal/rekor_set.go, VerifyRekorSET)?
// Not checked: whether the log includes the entry (there is no proof beside a legacy signature), and which log ID it
// names.

import { Bytes } from "../bytes/bytes";
import { HashedRekord, parseHashedRekord } from "../evidence/hashedrekord";
import { LogPayload, parseLogEntry, parseLogPayload } from "../evidence/log-entry";
import { Message } from "../hash/message";
import { LOG_ENTRY_BYTES } from "../limits";
import { Requirement } from "../policy/types";
import { costOf } from "../sig/cost";
import { SignatureAlgorithm, verifyByAlgorithm } from "../sig/signature-algorithm";
import { Budget } from "./budget";
import { Code } from "./code";
import { Judged, overBudget, rejected } from "./judged";
import { Reason } from "./reason";
import { UntrustedSignature } from "./signatures";

/** What the log has signed about a signature, or why that is not believed. */
export class Logged {
  constructor(
    readonly rejection: Judged | null,
    /** DER of the public key, or of the certificate, that the log has seen verify the signature. */
    readonly verifier: Bytes,
    /** When, in Unix seconds. */
    readonly time: i64,
  ) {}
}

/** Looks at the log entry beside a signature over the payload of `untrusted`. */
export function readLogEntry(
  requirement: Requirement,
  untrusted: UntrustedSignature,
  signature: Bytes,
  budget: Budget,
): Logged {
  const text = untrusted.annotations.logEntry;
  if (text === null) {
    const reason = new Reason().text("the signature has no log entry, and the policy asks for one");
    return refused(rejected(untrusted, Code.LogEntryMissing, reason));
  }
  if (text.length > LOG_ENTRY_BYTES) {
    const reason = new Reason().text("the log entry is longer than 256 KiB");
    return refused(rejected(untrusted, Code.EvidenceTooLarge, reason));
  }
  const entry = parseLogEntry(text);
  if (entry === null) return invalid(untrusted, "the log entry is not in Rekor's format");
  const payload = parseLogPayload(entry.payload);
  if (payload === null) return invalid(untrusted, "the log entry's payload is not in Rekor's format");

  if (!isTimestamped(requirement, payload, entry.signedEntryTimestamp, budget)) {
    if (budget.exhausted) return refused(overBudget(untrusted));
    return invalid(untrusted, "the log entry is not signed by a Rekor key of the policy");
  }
  const record = parseHashedRekord(payload.body);
  if (record === null) return invalid(untrusted, "what is logged is not a hashedrekord 0.0.1 with a SHA-256");
  const difference = differenceTo(record, untrusted.bytes, signature);
  if (difference.length > 0) return invalid(untrusted, difference);
  return new Logged(null, record.verifier, payload.integratedTime);
}

/** Whether one of the requirement's Rekor keys has signed the payload. */
function isTimestamped(
  requirement: Requirement,
  payload: LogPayload,
  signedEntryTimestamp: Bytes,
  budget: Budget,
): bool {
  for (let i = 0; i < requirement.rekorKeys.length; i++) {
    const key = requirement.rekorKeys[i].publicKey()!;
    if (!budget.spend(costOf(key))) return false;
    const algorithm = SignatureAlgorithm.EcdsaSha256;
    if (verifyByAlgorithm(algorithm, key, payload.canonical, signedEntryTimestamp)) return true;
  }
  return false;
}

/** Why a record is about something else; empty if it is not. */
function differenceTo(record: HashedRekord, signed: Message, signature: Bytes): string {
  if (!record.signature.equals(signature)) return "the log entry is for another signature";
  return record.sha256.equals(signed.sha256()) ? "" : "the log entry is for another payload";
}

function invalid(untrusted: UntrustedSignature, reason: string): Logged {
  return refused(rejected(untrusted, Code.LogEntryInvalid, new Reason().text(reason)));
}

function refused(rejection: Judged): Logged {
  return new Logged(rejection, Bytes.NONE, 0);
}
