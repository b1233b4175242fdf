// Cases of sigstore-conformance: a folder with a bundle each; one whose name ends with `fail` is to be refused.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Case, SuiteFile } from "./corpus.js";

export const SUITE = "sigstore-bundles";

export function readSigstore(directory: string): SuiteFile[] {
  const names = readdirSync(directory).filter((name) =>
    existsSync(join(directory, name, "bundle.sigstore.json")),
  );
  return [{ name: SUITE, cases: names.sort().map((name) => readCase(directory, name)) }];
}

function readCase(directory: string, name: string): Case {
  const read = (...path: string[]) => {
    const file = join(directory, ...path);
    return existsSync(file) ? readFileSync(file).toString("base64") : null;
  };
  return {
    id: name,
    bundle: read(name, "bundle.sigstore.json"),
    artifact: read(name, "artifact") ?? read("a.txt"),
    key: read(name, "key.pub"),
    trustedRoot: existsSync(join(directory, name, "trusted_root.json")),
    accept: !name.endsWith("fail"),
  };
}
