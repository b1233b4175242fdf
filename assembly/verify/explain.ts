// Why an image is judged by the requirements it is judged by.

import { Bytes } from "../bytes/bytes";
import { Reference } from "../image/reference";
import { describeRequirement } from "../policy/describe";
import { applying, Candidate, candidates } from "../policy/scopes";
import { Policy } from "../policy/types";
import { Judgement } from "./judgement";
import { Image, readName } from "./subject";

export class Explanation {
  constructor(
    /** Null for transports without docker-like names. */
    readonly reference: Reference | null,
    readonly candidates: Array<Candidate>,
    /** Index of the candidate that applies. */
    readonly applies: i32,
    /** Its requirements, a line each. */
    readonly requirements: Array<Bytes>,
  ) {}
}

/** Either an explanation, or why the name cannot be read. */
export class Explained {
  constructor(
    readonly explanation: Explanation | null,
    readonly refusal: Judgement | null,
  ) {}
}

export function explainImage(policy: Policy, image: Image): Explained {
  const subject = readName(image);
  if (subject.denial !== null) return new Explained(null, subject.denial);
  const all = candidates(policy, subject.transport, subject.name);
  const applies = applying(all);
  const requirements = all[applies].list!.requirements;
  const lines: Array<Bytes> = [];
  for (let i = 0; i < requirements.length; i++) lines.push(describeRequirement(requirements[i]));
  return new Explained(new Explanation(subject.written, all, applies, lines), null);
}
