const MIB = 1024 * 1024;

/** Bounds on the work of one process and one judgement. */
export interface Limits {
  /** Judgements under way at once. */
  readonly inFlight: number;
  /** Of them, those that wait for one registry host: a slow one leaves the rest for the others. */
  readonly inFlightPerRegistry: number;
  /** Milliseconds for a judgement whose caller sets no deadline; below the plugin's 9 s and containerd's 10 s. */
  readonly deadlineMs: number;
  /**
   * How often evidence is fetched for one judgement: the manifest by its tag; signatures, their manifests, their blobs; and
   * those three once more for the platforms of an index.
   */
  readonly rounds: number;
  /** Bytes of evidence for one judgement. */
  readonly evidenceBytes: number;
  /** Requests of one judgement under way at once. */
  readonly parallelFetches: number;
}

export const DEFAULT_LIMITS: Limits = {
  inFlight: 256,
  inFlightPerRegistry: 64,
  deadlineMs: 8500,
  rounds: 7,
  evidenceBytes: 16 * MIB,
  parallelFetches: 16,
};
