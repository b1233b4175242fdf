// The cases in a folder shaped like ../shared/vectors/cosign.

import type { SuiteFile } from "../corpus.js";
import { CosignFolder } from "./folder.js";
import { keyFiles } from "./keys.js";
import { cosignVerdicts, skopeoVerdicts } from "./matrix.js";
import { algorithms, bundleVariants, legacyVariants } from "./variants.js";

/** Suites of which there is something in `path`; `fallback` has images and keys that it has not. */
export function readCosign(path: string, fallback: string | null): SuiteFile[] {
  const folder = new CosignFolder(path, fallback === null ? null : new CosignFolder(fallback, null));
  const suites: SuiteFile[] = [
    { name: "cosign-legacy", cases: legacyVariants(folder) },
    { name: "cosign-bundle", cases: bundleVariants(folder) },
    { name: "cosign-algorithms", cases: algorithms(folder) },
    { name: "cosign-verify", cases: cosignVerdicts(folder) },
    { name: "cosign-policies", cases: skopeoVerdicts(folder) },
    { name: "cosign-keys", cases: keyFiles(folder) },
  ];
  return suites.filter(({ cases }) => cases.length > 0);
}
