/**
 * How much it matters. `error`: an image may pass unverified, or nothing can pass. `warning`: something may break or
 * stay hidden. `ok`: as it should be.
 */
export type Severity = "error" | "warning" | "ok";

/** One thing looked at. */
export interface Finding {
  /** Kebab-case and stable; docs/doctor.md lists them. */
  readonly id: FindingId;
  readonly severity: Severity;
  /** What was found: one line. */
  readonly what: string;
  /** Why that matters; empty where all is well. */
  readonly why: string;
  /** What to do; empty where all is well. */
  readonly advice: string;
}

export const FINDING_IDS = [
  "containerd-daemon",
  "containerd-version",
  "containerd-configuration",
  "bypass-use-local-image-pull",
  "bypass-disable-snapshot-annotations",
  "bypass-discard-unpacked-layers",
  "bypass-registry-mirrors",
  "bypass-registry-configs",
  "bypass-registry-auths",
  "bypass-max-concurrent-downloads",
  "bypass-image-pull-with-sync-fs",
  "verifier-disabled",
  "bin-dir",
  "bin-dir-entries",
  "max-verifiers",
  "verifier-timeout",
  "plugin",
  "hosts-dir",
  "hosts-files",
  "daemon",
  "policy",
  "policy-keys",
  "clock",
  "image",
  "canary-transfer",
  "canary-cri",
] as const;

export type FindingId = (typeof FINDING_IDS)[number];

export function ok(id: FindingId, what: string): Finding {
  return { id, severity: "ok", what, why: "", advice: "" };
}

export function error(id: FindingId, what: string, why: string, advice: string): Finding {
  return { id, severity: "error", what, why, advice };
}

export function warning(id: FindingId, what: string, why: string, advice: string): Finding {
  return { id, severity: "warning", what, why, advice };
}
