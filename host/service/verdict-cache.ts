import { createHash } from "node:crypto";

import { LRUCache } from "lru-cache";
import type { Image } from "#component/types";
import type { CoreJudgement } from "../core/core.js";

/** For how many milliseconds a judgement is cached; 0: not at all. */
export interface VerdictAges {
  readonly acceptedMs: number;
  readonly deniedMs: number;
}

/** Characters of all cached judgements. Denials, which anybody can cause, have their own room. */
const ACCEPTED_SIZE = 16 * 1024 * 1024;
const DENIED_SIZE = 1024 * 1024;

/**
 * The core's judgements under one policy, kept in memory for a while. A judgement is kept as it came out of the core;
 * one for which something could not be asked is never kept.
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

/** A question in full: two images that differ in anything have different ones. */
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
