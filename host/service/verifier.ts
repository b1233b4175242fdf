import type { Image } from "#component/types";
import { ArgumentRefused, CoreFault, type CoreJudgement } from "../core/core.js";
import { ImageError } from "../oci/image-error.js";
import type { EvidencePlace, Source } from "../sources/source.js";
import { type AuditSink, auditRecord } from "./audit.js";
import { Deadline } from "./deadline.js";
import { type Denial, deny, type HostCode } from "./denial.js";
import { InFlight } from "./in-flight.js";
import { Inquiry, type InquiryParts } from "./inquiry.js";
import { DEFAULT_LIMITS, type Limits } from "./limits.js";
import { jsonLog, type Log } from "./log.js";
import { type Measurement, MeasurementFailed } from "./measurement.js";
import type { PolicyState } from "./policy-file.js";
import { Stopwatch } from "./stopwatch.js";
import type { Decision, Verdict } from "./verdict.js";
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
  /** Told of each acceptance before it is given. */
  readonly measurement?: Measurement | undefined;
}

export interface VerifyOptions {
  /** Aborted when nobody waits for the verdict any more. */
  readonly signal?: AbortSignal;
  /** Milliseconds until a verdict is due; the limit's when not given. What is confirmed takes the time it takes. */
  readonly deadlineMs?: number;
  /** What has to be so before an acceptance counts. Rejects with an `ImageError` if it is not: then that is the verdict. */
  readonly confirm?: (accepted: CoreJudgement) => Promise<void>;
}

/** Whether an image may be used: the one way to a verdict, for the daemon and the command line alike. */
export class Verifier {
  readonly #policy: () => PolicyState;
  readonly #source: Source;
  readonly #audit: AuditSink;
  readonly #limits: Limits;
  readonly #clock: () => bigint;
  readonly #log: Log;
  readonly #inFlight: InFlight;
  readonly #measurement: Measurement | undefined;
  readonly #workingAhead: WorkingAhead;

  constructor({ policy, source, audit, limits, clock, log, measurement }: VerifierParts) {
    this.#policy = policy;
    this.#source = source;
    this.#audit = audit;
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
    this.#clock = clock ?? (() => BigInt(Math.floor(Date.now() / 1000)));
    this.#log = log ?? jsonLog();
    this.#measurement = measurement;
    this.#workingAhead = new WorkingAhead(this.#log);
    this.#inFlight = new InFlight(this.#limits.inFlight, this.#limits.inFlightPerRegistry);
  }

  /** Judges one image and records the verdict. Never rejects: whatever goes wrong is a denial with its own code. */
  async verify(image: Image, options: VerifyOptions = {}): Promise<Verdict> {
    const stopwatch = new Stopwatch();
    return this.#conclude(image, await this.#decide(image, options, stopwatch), stopwatch);
  }

  /** Denies what could not even be asked properly, and records it. */
  refuse(image: Image, code: HostCode, reason: string): Verdict {
    return this.#conclude(image, this.#deny(image, code, reason), new Stopwatch());
  }

  async #decide(image: Image, options: VerifyOptions, stopwatch: Stopwatch): Promise<Decision> {
    const passage = this.#inFlight.enter();
    if (!passage) return this.#deny(image, "busy", "too many requests are under way already");
    const deadline = new Deadline(options.deadlineMs ?? this.#limits.deadlineMs, options.signal);
    let policyDigest = "";
    try {
      const state = this.#policy();
      if (state.kind !== "loaded") return this.#deny(image, state.code, state.reason);
      policyDigest = state.core.summary.digest;
      const decision = await this.#inquire(image, { core: state.core, passage, deadline, stopwatch });
      this.#workingAhead.schedule(state.core);
      if (!decision.ok) return decision;
      await options.confirm?.(decision);
      await this.#measurement?.imageAccepted(decision);
      return decision;
    } catch (error) {
      if (error instanceof ArgumentRefused) return this.#deny(image, "request-malformed", error.message);
      if (error instanceof ImageError) return deny(error.code, error.message, { ...image, policyDigest });
      if (error instanceof MeasurementFailed) {
        const reason = `the acceptance could not be measured: ${error.message}`;
        return deny("measurement-failed", reason, { ...image, policyDigest });
      }
      return this.#denyFault(image, error, policyDigest);
    } finally {
      deadline.dispose();
      passage.leave();
    }
  }

  /** Asks further on as long as the evidence of places before the origin does not suffice. */
  async #inquire(image: Image, parts: Omit<InquiryParts, "source" | "limits" | "clock">): Promise<Decision> {
    let source: EvidencePlace = this.#source.begin?.() ?? this.#source;
    for (;;) {
      const inquiry = new Inquiry(image, { ...parts, source, limits: this.#limits, clock: this.#clock });
      const decision = await inquiry.decide();
      const beyond = decision.ok || parts.deadline.isReached ? null : (source.beyond?.() ?? null);
      if (beyond === null) return decision;
      source = beyond;
    }
  }

  #denyFault({ name, digest }: Image, error: unknown, policyDigest: string): Denial {
    const what = error instanceof CoreFault ? "the core failed on this image" : "the service failed";
    this.#log.error(what, { name, digest, policyDigest, error: String(error) });
    return deny("core-fault", `${what}: see the log`, { name, digest, policyDigest });
  }

  #deny({ name, digest }: Image, code: HostCode, reason: string): Denial {
    return deny(code, reason, { name, digest, policyDigest: "" });
  }

  #conclude(image: Image, decision: Decision, stopwatch: Stopwatch): Verdict {
    const verdict: Verdict = { ...decision, durations: stopwatch.read() };
    try {
      this.#audit.write(auditRecord(image, verdict, new Date()));
    } catch (error) {
      this.#log.error("an audit record was lost", { name: image.name, ok: verdict.ok, error: String(error) });
    }
    return verdict;
  }
}
