import type { Evidence, Request } from "#component/types";
import type { AuditRecord, AuditSink } from "../service/audit.js";
import type { PolicySource, ReloadFailure } from "../service/policy-in-force.js";
import type { EvidencePlace, Source } from "../sources/source.js";
import { Counter, Gauge, Histogram, type Metric } from "./exposition.js";

/** Seconds: from a cached verdict to the deadline. */
const BOUNDS = [0.0001, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export type Step = "asked" | "fetched";

/** Whether a canary came back as it ought to, by the way it was pulled. */
export type Enforcement = ReadonlyMap<string, boolean>;

export interface Measured {
  readonly coreDigest: string;
  readonly enforcement: () => Enforcement;
}

/**
 * What the daemon counts (names in docs/metrics.md). Verdicts are taken from the audit records, registries' failures from
 * the evidence: no names of images, no reasons, no credentials.
 */
export class DaemonMetrics implements AuditSink {
  readonly #verdicts = new Counter(
    "countersign_verdicts_total",
    "Verdicts, by code and by the policy's scope.",
    ["ok", "code", "transport", "scope", "cached"],
  );
  readonly #durations = new Histogram(
    "countersign_verdict_duration_seconds",
    "Time of a verdict, in all and by phase.",
    BOUNDS,
    ["phase"],
  );
  readonly #evidence = new Counter(
    "countersign_evidence_requests_total",
    "Evidence asked for, and fetched from registries since no cache had it.",
    ["kind", "step"],
  );
  readonly #failures = new Counter("countersign_registry_failures_total", "Evidence that could not be had.", [
    "registry",
    "code",
  ]);
  readonly #reloadFailures = new Counter(
    "countersign_policy_reload_failures_total",
    "Changed policies that could not be put in force.",
  );
  readonly #gauges: readonly Metric[];

  #policy: PolicySource | null = null;

  constructor(measured: Measured) {
    this.#gauges = gaugesOf(measured, () => this.#policy);
  }

  /** From now on, the policy in force is exposed, too. */
  observe(policy: PolicySource): void {
    this.#policy = policy;
    let last: ReloadFailure | null = null;
    policy.onChange(() => {
      const { failure } = policy;
      if (failure !== null && failure !== last) this.#reloadFailures.add();
      last = failure;
    });
  }

  write({ ok, code, transport, scope, durations, cached }: AuditRecord): void {
    this.#verdicts.add({ ok: String(ok), code, transport, scope, cached: String(cached) });
    const { totalMs, planMs, fetchMs, judgeMs } = durations;
    const phases = cached
      ? { total: totalMs }
      : { total: totalMs, plan: planMs, fetch: fetchMs, judge: judgeMs };
    for (const [phase, ms] of Object.entries(phases)) this.#durations.observe({ phase }, ms / 1000);
  }

  /**
   * A source whose requests are counted: `asked`, all of them; `fetched`, those to registries, with their failures.
   * Caches saved the difference.
   */
  counting(step: Step, source: Source): Source {
    return {
      begin: () => this.#counted(step, source.begin?.() ?? source),
      fetch: (request, signal) => this.#counted(step, source).fetch(request, signal),
      close: () => source.close(),
    };
  }

  expose(): string {
    const metrics = [
      this.#verdicts,
      this.#durations,
      this.#evidence,
      this.#failures,
      this.#reloadFailures,
      ...this.#gauges,
    ];
    return metrics.map((metric) => metric.expose()).join("");
  }

  #counted(step: Step, place: EvidencePlace): EvidencePlace {
    return {
      fetch: async (request, signal) => {
        this.#evidence.add({ kind: request.kind, step });
        const evidence = await place.fetch(request, signal);
        if (step === "fetched") this.#countFailures(request, evidence);
        return evidence;
      },
      beyond: () => {
        const next = place.beyond?.() ?? null;
        return next === null ? null : this.#counted(step, next);
      },
    };
  }

  #countFailures({ registry }: Request, evidence: readonly Evidence[]): void {
    for (const { tag, val } of evidence) {
      if (tag === "unavailable") this.#failures.add({ registry, code: val.code });
    }
  }
}

function gaugesOf({ coreDigest, enforcement }: Measured, policy: () => PolicySource | null): Metric[] {
  const loaded = () => {
    const state = policy()?.state;
    return state?.kind === "loaded" ? state : null;
  };
  return [
    new Gauge(
      "countersign_policy_loaded",
      "1 if a policy is in force; without one everything is denied.",
      () => [[{}, loaded() === null ? 0 : 1]],
    ),
    new Gauge(
      "countersign_policy_info",
      "The policy in force and the core that judges by it, by digest.",
      () => {
        const digest = loaded()?.core.summary.digest;
        return digest === undefined ? [] : [[{ policy_digest: digest, core_digest: coreDigest }, 1]];
      },
    ),
    new Gauge("countersign_policy_loaded_timestamp_seconds", "When the policy in force was loaded.", () => {
      const at = loaded()?.loadedAt;
      return at === undefined ? [] : [[{}, at.getTime() / 1000]];
    }),
    new Gauge("countersign_policy_reload_failed", "1 if the policy's file is not what is in force.", () => [
      [{}, (policy()?.failure ?? null) === null ? 0 : 1],
    ]),
    new Gauge(
      "countersign_enforcing",
      "1 if the last canary was refused as it ought to be, by the way it was pulled.",
      () => [...enforcement()].map(([path, proved]) => [{ path }, proved ? 1 : 0] as const),
    ),
    new Gauge("countersign_resident_memory_bytes", "Resident memory of the daemon.", () => [
      [{}, process.memoryUsage.rss()],
    ]),
  ];
}
