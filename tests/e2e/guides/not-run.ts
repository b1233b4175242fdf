/** A command of a document that the tests do not run, and why. */
export interface NotRun {
  readonly document: string;
  /** How it begins there. */
  readonly command: string;
  readonly why: string;
}

/**
 * All of them. What is here and in no document any more fails; so does what is in a document, and neither run nor here.
 * What runs with a stand-in (stand-ins.ts) is not here.
 */
export const NOT_RUN: readonly NotRun[] = [
  { document: "README.md", command: "npm run demo", why: "tests/e2e/demo.test.ts runs it" },
  { document: "README.md", command: "npm test", why: "it is what runs this" },
  { document: "README.md", command: "npm run package", why: "tests/e2e/npm-package.test.ts packs" },
  { document: "README.md", command: "npm install -g", why: "tests/e2e/npm-package.test.ts installs it" },
  {
    document: "docs/node-operator.md",
    command: "kubectl get pods -A",
    why: "there is no cluster; what it pipes into is run with a node's own list just before",
  },
];
