/** `-a key=value` of the command line. */
export type Annotations = ReadonlyMap<string, string>;

/** What a signature says, whatever its format. */
export interface Claim {
  /** `sha256:…` of the image's manifest or index. */
  readonly manifestDigest: string;
  readonly annotations: Annotations;
}
