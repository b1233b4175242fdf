import type { Image } from "#component/types";
import { ArgumentRefused, CoreFault, type CoreJudgement } from "../core/core.js";
import { ImageError } from "../oci/image-error.js";
import type { EvidencePlace, Source } from "../sources/source.js";
import type { Attachments } from "./attachments.js";
import { type AuditSink, auditRecord } from "./audit.js";
import { Deadline } from "./deadline.js";
import { type Denial, deny, type HostCode } from "./denial.js";
import { InFlight } from "./in-flight.js";
import { Inquiry, type InquiryParts } from "./inquiry.js";
import { DEFAULT_LIMITS, type Limits } from "./limits.js";
import { jsonLog, type Log } from "./log.js";
import { type Measurement, MeasurementFailed } from "./measurement.js";
import type { LoadedCore, PolicyState } from "./policy-file.js";
import { SharedQuestion, SharedQuestions } from "./shared-question.js";
import { type Phases, Stopwatch } from "./stopwatch.js";
import type { Decision, Verdict } from "./verdict.js";
import { questionOf, type VerdictAges, VerdictCache } from "./verdict-cache.js";
import { WorkingAhead } from "./working-ahead.js";

export type { Durations } from "./stopwatch.js";
export type { Verdict } from "./verdict.js";

export interface VerifierParts {
  /** The policy in force, asked once for each judgement. */
  readonly policy: () => PolicyState;
  readonly source: Source;
  readonly audit: AuditSink;
  readonly limits?: Partial<Limits>;
  /** Unix time in seconds. */
  readonly clock?: () => bigint;
  readonly log?: Log;
  /** Which images' signatures may be looked for; all if there is none. */
  readonly attachments?: Pick<Attachments, "gate"> | undefined;
  /** Told of each acceptance before it is given. */
  readonly measurement?: Measurement | undefined;
  /** How long verdicts are cached; without it, none is. */
  readonly cache?: VerdictAges;
}

/** A decision, and the time that whoever asked first spent on it. */
interface Answer {
  readonly decision: Decision;
  readonly phases: Phases;
  readonly cached: boolean;
}

/** Known verdicts and open questions under one policy. */
interface JudgedBy {
  readonly verdicts: VerdictCache | null;
  readonly questions: SharedQuestions<Answer>;
}

export interface VerifyOptions {
  /** Aborted when nobody waits for the verdict any more. */
  readonly signal?: AbortSignal;
  /** Milliseconds until a verdict is due; the limit's by default. `confirm` is not bound by it. */
  readonly deadlineMs?: number;
  /**
   * What has to hold before an acceptance counts. Rejects with an `ImageError` if it does not: that is then the
   * verdict.
   */
  readonly confirm?: (accepted: CoreJudgement) => Promise<void>;
  /** What an acceptance brings about, once it is confirmed and measured; rejects as `confirm` does. */
  readonly complete?: () => Promise<void>;
}

/** The time that has to be left for asking a registry to make sense. */
const WORTH_ASKING_MS = 100;

/** Whether an image may be used: the one way to a verdict, for the daemon and the command line alike. */
export class Verifier {
  readonly #policy: () => PolicyState;
  readonly #source: Source;
  readonly #audit: AuditSink;
  readonly #limits: Limits;
  readonly #clock: () => bigint;
  readonly #log: Log;
  readonly #callers: InFlight;
  readonly #inquiries: InFlight;
  readonly #cache: VerdictAges | undefined;
  readonly #judged = new WeakMap<LoadedCore, JudgedBy>();
  readonly #attachments: Pick<Attachments, "gate"> | undefined;
  readonly #measurement: Measurement | undefined;
  readonly #workingAhead: WorkingAhead;

  constructor({ policy, source, audit, limits, clock, log, attachments, measurement, cache }: VerifierParts) {
    this.#policy = policy;
    this.#source = source;
    this.#audit = audit;
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
    this.#clock = clock ?? (() => BigInt(Math.floor(Date.now() / 1000)));
    this.#log = log ?? jsonLog();
    this.#attachments = attachments;
    this.#measurement = measurement;
    this.#workingAhead = new WorkingAhead(this.#log);
    this.#cache = cache;
    const { inFlight, inFlightPerRegistry } = this.#limits;
    this.#callers = new InFlight(inFlight, inFlight);
    this.#inquiries = new InFlight(inFlight, inFlightPerRegistry);
  }

  /** Judges one image and records the verdict. Never rejects: whatever goes wrong is a denial with its own code. */
  async verify(image: Image, options: VerifyOptions = {}): Promise<Verdict> {
    const stopwatch = new Stopwatch();
    return this.#conclude(image, await this.#decide(image, options), stopwatch);
  }

  /** Denies a request that was malformed, and records it. */
  refuse(image: Image, code: HostCode, reason: string): Verdict {
    return this.#conclude(image, answer(this.#deny(image, code, reason)), new Stopwatch());
  }

  async #decide(image: Image, options: VerifyOptions): Promise<Answer> {
    const passage = this.#callers.enter();
    if (!passage) return answer(this.#deny(image, "busy", "too many requests are under way already"));
    let policyDigest = "";
    try {
      const state = this.#policy();
      if (state.kind !== "loaded") return answer(this.#deny(image, state.code, state.reason));
      policyDigest = state.core.summary.digest;
      return await this.#answer(image, state.core, options);
    } catch (error) {
      if (error instanceof ArgumentRefused)
        return answer(this.#deny(image, "request-malformed", error.message));
      if (error instanceof ImageError)
        return answer(deny(error.code, error.message, { ...image, policyDigest }));
      if (error instanceof MeasurementFailed) {
        const reason = `the acceptance could not be measured: ${error.message}`;
        return answer(deny("measurement-failed", reason, { ...image, policyDigest }));
      }
      return answer(this.#denyFault(image, error, policyDigest));
    } finally {
      passage.leave();
    }
  }

  /** The cached verdict, or the answer to a question that everybody who asks the same at the same time shares. */
  async #answer(image: Image, core: LoadedCore, options: VerifyOptions): Promise<Answer> {
    const { verdicts, questions } = this.#judgedBy(core);
    const asked = questionOf(image);
    const known = options.confirm === undefined ? verdicts?.get(asked) : undefined;
    if (known !== undefined) return answer(known, { cached: true });
    const deadlineMs = options.deadlineMs ?? this.#limits.deadlineMs;
    const own = new Deadline(deadlineMs, options.signal);
    try {
      for (;;) {
        const limit = Math.max(deadlineMs, this.#limits.deadlineMs);
        const ask = (deadline: Deadline) => this.#ask(image, core, deadline, options);
        // One caller's `confirm` is not part of an answer for others.
        const isOwn = options.confirm !== undefined;
        const question = isOwn ? new SharedQuestion(limit, ask) : questions.join(asked, limit, ask);
        const found = await question.wait(own);
        if (found === undefined) {
          const reason = "no decision in time: the registry is too slow";
          const { digest: policyDigest } = core.summary;
          return answer(deny("registry-timeout", reason, { ...image, policyDigest }));
        }
        // A question that others began, and whose time ran out before ours, is asked again; but not if only a moment is
        // left, in which nothing can be asked and the answer would say less.
        if (!question.isOver || own.leftMs < WORTH_ASKING_MS) return found;
      }
    } finally {
      own.dispose();
    }
  }

  async #ask(
    image: Image,
    core: LoadedCore,
    deadline: Deadline,
    { confirm, complete }: VerifyOptions,
  ): Promise<Answer> {
    const passage = this.#inquiries.enter();
    if (!passage) return answer(this.#deny(image, "busy", "too many requests are under way already"));
    const stopwatch = new Stopwatch();
    try {
      const { inquiry, decision } = await this.#inquire(image, { core, passage, deadline, stopwatch });
      this.#workingAhead.schedule(core);
      if (decision.ok) await confirm?.(decision);
      const measured = !decision.ok || ((await this.#measurement?.imageAccepted(decision)) ?? true);
      if (decision.ok) await complete?.();
      const { verdicts } = this.#judgedBy(core);
      const repeatable = verdicts === null || !measured || confirm ? null : inquiry.repeatable();
      if (repeatable !== null) verdicts?.keep(questionOf(image), repeatable);
      return answer(decision, { phases: stopwatch.phases });
    } finally {
      passage.leave();
    }
  }

  /** Goes on asking, nearer to the origin, as long as the evidence does not suffice. */
  async #inquire(image: Image, parts: Omit<InquiryParts, "source" | "limits" | "clock">) {
    const begun = this.#source.begin?.() ?? this.#source;
    let source: EvidencePlace = this.#attachments?.gate(begun, parts.core, image) ?? begun;
    for (;;) {
      const inquiry = new Inquiry(image, { ...parts, source, limits: this.#limits, clock: this.#clock });
      const decision = await inquiry.decide();
      const beyond = decision.ok || parts.deadline.isReached ? null : (source.beyond?.() ?? null);
      if (beyond === null) return { inquiry, decision };
      source = beyond;
    }
  }

  /** Everything that belongs to one policy, and is dropped with it. */
  #judgedBy(core: LoadedCore): JudgedBy {
    let judged = this.#judged.get(core);
    if (judged === undefined) {
      judged = {
        verdicts: this.#cache === undefined ? null : new VerdictCache(this.#cache),
        questions: new SharedQuestions(),
      };
      this.#judged.set(core, judged);
    }
    return judged;
  }

  #denyFault({ name, digest }: Image, error: unknown, policyDigest: string): Denial {
    const what = error instanceof CoreFault ? "the core failed on this image" : "the service failed";
    this.#log.error(what, { name, digest, policyDigest, error: String(error) });
    return deny("core-fault", `${what}: see the log`, { name, digest, policyDigest });
  }

  #deny({ name, digest }: Image, code: HostCode, reason: string): Denial {
    return deny(code, reason, { name, digest, policyDigest: "" });
  }

  #conclude(image: Image, { decision, phases, cached }: Answer, stopwatch: Stopwatch): Verdict {
    const verdict: Verdict = { ...decision, durations: stopwatch.read(phases), cached };
    try {
      this.#audit.write(auditRecord(image, verdict, new Date()));
    } catch (error) {
      this.#log.error("an audit record was lost", { name: image.name, ok: verdict.ok, error: String(error) });
    }
    return verdict;
  }
}

const NOTHING_SPENT: Phases = { planMs: 0, fetchMs: 0, judgeMs: 0 };

function answer(decision: Decision, { phases = NOTHING_SPENT, cached = false } = {}): Answer {
  return { decision, phases, cached };
}
