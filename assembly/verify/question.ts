// The question put to every signature: does it speak for this digest, under this name, at this time?

import { Bytes } from "../bytes/bytes";
import { Reference } from "../image/reference";
import { Budget } from "./budget";

export class Question {
  constructor(
    /** What the image is called; null where it has no docker-like name. */
    readonly reference: Reference | null,
    /** `sha256:…` of its manifest. */
    readonly digest: Bytes,
    /** Unix time in seconds, as the host has it. */
    readonly now: u64,
    readonly budget: Budget,
  ) {}

  /** The same question about another manifest: one that this one names. */
  about(digest: Bytes): Question {
    return new Question(this.reference, digest, this.now, this.budget);
  }
}
