import { createHash } from "node:crypto";

import { LRUCache } from "lru-cache";
import type { Image } from "#component/types";
import type { CoreJudgement } from "../core/core.js";

/** For how many milliseconds a judgement may be given again; 0 is not at all. */
export interface VerdictAges {
  readonly acceptedMs: number;
  readonly deniedMs: number;
}

/** Characters of the judgements kept, in all. Denials, which anybody can cause, have a room of their own. */
const ACCEPTED_SIZE = 16 * 1024 * 1024;
const DENIED_SIZE = 1024 * 1024;

/**
 * What the core has judged under one policy, in memory, to be said again for a while. What is kept is a judgement as it came
 * out of the core; what is not known is not here, and a judgement that could not ask is none to keep.
 */
export class VerdictCache {
  readonly #accepted: LRUCache<string, CoreJudgement> | null;
  readonly #denied: LRUCache<string, CoreJudgement> | null;

  /** `now` in milliseconds, from any beginning. */
  constructor({ acceptedMs, deniedMs }: VerdictAges, now: () => number = () => performance.now()) {
    const room = (ttl: number, maxSize: number) =>
      ttl > 0
        ? new LRUCache<string, CoreJudgement>({
            maxSize,
            sizeCalculation: sizeOf,
            ttl,
            ttlResolution: 0,
            perf: { now },
          })
        : null;
    this.#accepted = room(acceptedMs, ACCEPTED_SIZE);
    this.#denied = room(deniedMs, DENIED_SIZE);
  }

  get(question: string): CoreJudgement | undefined {
    return this.#accepted?.get(question) ?? this.#denied?.get(question);
  }

  keep(question: string, judgement: CoreJudgement): void {
    (judgement.ok ? this.#accepted : this.#denied)?.set(question, judgement);
  }
}

/** All of a question: two images that differ in anything have different ones. */
export function questionOf({ transport, name, mode, digest, descriptor }: Image): string {
  const parts = JSON.stringify([transport, name, mode, digest]);
  return createHash("sha256")
    .update(`${Buffer.byteLength(parts)} ${parts}`)
    .update(descriptor)
    .digest("base64");
}

function sizeOf({ name, reason, items }: CoreJudgement): number {
  const ofItems = items.reduce((sum, item) => sum + item.origin.length + item.reason.length + 64, 0);
  return 512 + name.length + reason.length + ofItems;
}
