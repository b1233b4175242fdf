/** A command of a document that the tests do not run, and why. */
export interface NotRun {
  readonly document: string;
  /** As it stands there, to the end of its first line. */
  readonly command: string;
  readonly why: string;
}

/**
 * All of them. What is here and in no document any more fails, and so does what is in a document and neither run nor here.
 * What runs with a stand-in (stand-ins.ts) is not here.
 */
export const NOT_RUN: readonly NotRun[] = [
  {
    document: "docs/node-operator.md",
    command: "kubectl get pods -A",
    why: "there is no cluster; what it pipes into is run with a node's own list just before",
  },
];
