// scripts/arithmetic/ → assembly/*/generated/: the arithmetic of each NIST curve, and what SHA-2 does with a block,
// unrolled. Run by the build; what it writes is not committed. Nothing is written unless the bounds of every step of the
// curves' arithmetic are proved.
//
// As a module it gives the same sources with every operand's bounds asserted, for the probe of scripts/build-probe.mjs.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

import { CURVES } from "./arithmetic/curves.mjs";
import { kernelText } from "./arithmetic/kernel.mjs";
import { blocksText, HASHES } from "./arithmetic/sha2.mjs";

const CURVE = "assembly/curve/generated";
const HASH = "assembly/hash/generated";

/** By path, the generated sources; `checked`: with the bounds of every operand of the curves' arithmetic asserted. */
export function generate(checked = false) {
  return new Map([
    ...CURVES.map((curve) => [join(CURVE, `${curve.file}.ts`), kernelText(curve, checked)]),
    ...HASHES.map((hash) => [join(HASH, `${hash.file}.ts`), blocksText(hash)]),
  ]);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const [path, text] of generate()) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}
