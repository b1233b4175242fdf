/** What became of a pull. */
export interface Outcome {
  readonly allowed: boolean;
  readonly code: string;
  readonly reason: string;
  /** Milliseconds from the question to the answer. */
  readonly milliseconds: number;
}

/** Where the demo plays: a registry, keys to sign with, a daemon with the policy, and something that pulls. */
export interface Stage {
  /** What it is made of, for the reader. */
  readonly cast: string;
  /** Host and port, as in image names. */
  readonly registry: string;
  /** Signs what is in the registry, as `HOST/REPOSITORY@DIGEST`; the policy trusts the team. */
  sign(signer: "team" | "stranger", repository: string, digest: string): Promise<void>;
  pull(name: string): Promise<Outcome>;
  stop(): Promise<void>;
}
