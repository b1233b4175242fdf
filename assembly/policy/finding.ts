// A finding: something a careful operator would want to know about a policy that loads.

import { Bytes } from "../bytes/bytes";
import { RequirementList } from "./types";

/** Same order as `enum severity` in wit/verifier.wit. */
export enum Severity {
  /** Images are denied that somebody meant to allow, whatever is beside them. */
  Error,
  /** The policy says something other than what most people who write this mean. */
  Warning,
  Note,
}

/** More findings of one severity than this help nobody. */
const MOST_FINDINGS: i32 = 1000;

export class Finding {
  constructor(
    readonly severity: Severity,
    /** One of finding-ids.ts. */
    readonly id: string,
    /** Where in the policy's text. */
    readonly offset: i32,
    readonly path: Bytes,
    /** ASCII, as is the advice. */
    readonly message: Bytes,
    /** What to write or do instead; may be empty. */
    readonly advice: Bytes,
  ) {}
}

export class Findings {
  private readonly all: Array<Finding> = [];
  private readonly counts: StaticArray<i32> = new StaticArray<i32>(3);

  /** Whether one more would be kept. To be asked first where many may be made. */
  hasRoom(severity: Severity): bool {
    return this.counts[severity] < MOST_FINDINGS;
  }

  /** How many there are. */
  get size(): i32 {
    return this.all.length;
  }

  add(severity: Severity, id: string, offset: i32, path: Bytes, message: Bytes, advice: Bytes): void {
    if (!this.hasRoom(severity)) return;
    this.counts[severity] += 1;
    this.all.push(new Finding(severity, id, offset, path, message, advice));
  }

  /** About a list of requirements. */
  onList(severity: Severity, id: string, list: RequirementList, message: string, advice: string): void {
    if (!this.hasRoom(severity)) return;
    this.add(severity, id, list.offset, list.path().done(), Bytes.of(message), Bytes.of(advice));
  }

  /** About one requirement of a list, by its index. */
  onRequirement(
    severity: Severity,
    id: string,
    list: RequirementList,
    index: i32,
    message: string,
    advice: string,
  ): void {
    if (!this.hasRoom(severity)) return;
    const offset = list.requirements[index].offset;
    this.add(severity, id, offset, list.path(index).done(), Bytes.of(message), Bytes.of(advice));
  }

  /** In the order of the text. */
  inOrder(): Array<Finding> {
    this.all.sort((a, b) => a.offset - b.offset);
    return this.all;
  }
}
