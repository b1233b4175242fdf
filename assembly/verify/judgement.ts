// What is decided about an image.

import { Bytes } from "../bytes/bytes";
import { Code } from "./code";

/** What became of one item of evidence. */
export class ItemOutcome {
  constructor(
    readonly origin: Bytes,
    readonly ok: bool,
    readonly code: Code,
    readonly reason: Bytes,
  ) {}
}

export class Judgement {
  /** Whether the image may be used. Set in `accept` below and nowhere else. */
  ok: bool = false;
  name: Bytes = Bytes.NONE;
  digest: Bytes = Bytes.NONE;
  /** Transport and scope that applied; empty for the policy's `default`. */
  transport: Bytes = Bytes.NONE;
  scope: Bytes = Bytes.NONE;
  /** Index of the requirement that decided. */
  requirement: i32 = 0;
  /** SHA-256 of the signer's SPKI, hex. */
  signer: Bytes | null = null;
  items: Array<ItemOutcome> = [];

  constructor(
    readonly code: Code,
    readonly reason: Bytes,
  ) {}
}

export function deny(code: Code, reason: Bytes): Judgement {
  assert(code != Code.Accepted && code != Code.AcceptedAnything);
  return new Judgement(code, reason);
}

/** The one place where an image is accepted: every requirement of a list that is not empty has allowed it. */
export function accept(verdicts: Array<Verdict>): Judgement {
  assert(verdicts.length > 0);
  let last = verdicts[0];
  for (let i = 0; i < verdicts.length; i++) {
    assert(verdicts[i].allows);
    // A requirement that looked at a signature has more to say than one that did not.
    if (verdicts[i].code == Code.Accepted || last.code != Code.Accepted) last = verdicts[i];
  }
  const judgement = new Judgement(last.code, last.reason);
  judgement.ok = true;
  judgement.signer = last.signer;
  judgement.items = last.items;
  return judgement;
}

/** What one requirement says. */
export class Verdict {
  signer: Bytes | null = null;
  items: Array<ItemOutcome> = [];

  constructor(
    readonly allows: bool,
    readonly code: Code,
    readonly reason: Bytes,
  ) {
    assert(allows == (code == Code.Accepted || code == Code.AcceptedAnything));
  }
}
