import type { Evidence, Image, Request } from "#component/types";
import { CoreFault, type CoreJudgement } from "../core/core.js";
import type { EvidencePlace } from "../sources/source.js";
import { collectEvidence, type EvidenceBudget } from "./collect.js";
import type { Deadline } from "./deadline.js";
import { type Denial, type Denied, deny } from "./denial.js";
import type { Passage } from "./in-flight.js";
import type { Limits } from "./limits.js";
import type { LoadedCore } from "./policy-file.js";
import type { Stopwatch } from "./stopwatch.js";

/** The first second of the year 10000, which X.509 cannot write (RFC 5280, section 4.1.2.5): none is valid then. */
const AFTER_ALL_CERTIFICATES = 253_402_300_800n;

/** What an inquiry works with. */
export interface InquiryParts {
  readonly core: LoadedCore;
  readonly source: EvidencePlace;
  readonly passage: Passage;
  readonly deadline: Deadline;
  readonly limits: Limits;
  readonly stopwatch: Stopwatch;
  /** Unix time in seconds. */
  readonly clock: () => bigint;
}

/** The questions and answers about one image: the core says what it wants, the host fetches it, until one decides. */
export class Inquiry {
  readonly #parts: InquiryParts;
  readonly #budget: EvidenceBudget;
  readonly #evidence: Evidence[] = [];
  readonly #asked = new Set<string>();
  readonly #image: Image;
  #judgement: CoreJudgement | null = null;

  constructor(image: Image, parts: InquiryParts) {
    this.#image = image;
    this.#parts = parts;
    this.#budget = { bytes: parts.limits.evidenceBytes, parallel: parts.limits.parallelFetches };
  }

  async decide(): Promise<CoreJudgement | Denial> {
    const { core, limits, stopwatch, clock, deadline, passage } = this.#parts;
    let outcome = stopwatch.time("planMs", () => core.plan(this.#image));
    for (let round = 1; outcome.tag === "wanted"; round++) {
      const requests = outcome.val.filter((request) => !this.#asked.has(nameOf(request)));
      if (requests.length === 0) throw new CoreFault("the core asks for nothing but what it was given");
      const crowded = requests.find(({ registry }) => !passage.join(registry));
      if (crowded) {
        return deny("busy", `too many requests wait for ${crowded.registry} already`, this.#denied());
      }
      if (round > limits.rounds) {
        return deny("budget-exhausted", `no decision after ${limits.rounds} rounds`, this.#denied());
      }
      if (deadline.isReached) {
        return deny("registry-timeout", "no decision in time: the registry is too slow", this.#denied());
      }
      await stopwatch.timeFetch(() => this.#fetch(requests));
      outcome = stopwatch.time("judgeMs", () => core.judge(this.#image, this.#evidence, clock()));
    }
    this.#judgement = outcome.val;
    return outcome.val;
  }

  /**
   * The core's judgement, if it holds for a while: a denial for which everything could be asked, or an acceptance that
   * depends on no certificate with an end. Else null.
   */
  repeatable(): CoreJudgement | null {
    const judgement = this.#judgement;
    if (judgement === null) return null;
    return (judgement.ok ? this.#isTimeless() : this.#couldAskAll()) ? judgement : null;
  }

  #couldAskAll(): boolean {
    return this.#evidence.every(({ tag }) => tag !== "unavailable");
  }

  #isTimeless(): boolean {
    // Without evidence the plan decided, and a plan does not depend on the time.
    if (this.#evidence.length === 0) return true;
    const later = this.#parts.core.judge(this.#image, this.#evidence, AFTER_ALL_CERTIFICATES);
    return later.tag === "decided" && later.val.ok;
  }

  async #fetch(requests: readonly Request[]): Promise<void> {
    const { source, deadline } = this.#parts;
    for (const request of requests) this.#asked.add(nameOf(request));
    const evidence = await collectEvidence(source, requests, this.#budget, deadline);
    this.#evidence.push(...evidence);
  }

  #denied(): Denied {
    const { name, digest } = this.#image;
    return { name, digest, policyDigest: this.#parts.core.summary.digest };
  }
}

function nameOf({ kind, registry, repository, reference }: Request): string {
  return JSON.stringify([kind, registry, repository, reference]);
}
