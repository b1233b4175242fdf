/** One signature that may be good or bad. */
export interface Case {
  readonly message: Buffer;
  readonly signature: Buffer;
}

/** A key, and everybody who says whether a signature is by it. */
export interface Subject {
  readonly name: string;
  sign(message: Buffer): Buffer;
  /** A signature with numbers at the edges of their range. */
  edge(signature: Buffer): Buffer;
  /** One verdict for each path that the core can take. */
  ours(one: Case): boolean[];
  /** The plain implementation's; undefined where the core's own is as plain. */
  plain?(one: Case): boolean;
  node(one: Case): boolean;
  noble?(one: Case): boolean;
}
