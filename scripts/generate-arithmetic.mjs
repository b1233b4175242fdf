// scripts/arithmetic/ → assembly/curve/generated/: the arithmetic of each NIST curve, unrolled. Run by the build; what
// it writes is not committed. Nothing is written unless the bounds of every step are proved.
//
// As a module it gives the same sources with every operand's bounds asserted, for the probe of scripts/build-probe.mjs.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { CURVES } from "./arithmetic/curves.mjs";
import { kernelText } from "./arithmetic/kernel.mjs";

export const GENERATED = "assembly/curve/generated";

/** By path, the generated sources; `checked`: with the bounds of every operand asserted. */
export function generate(checked = false) {
  return new Map(CURVES.map((curve) => [join(GENERATED, `${curve.file}.ts`), kernelText(curve, checked)]));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await mkdir(GENERATED, { recursive: true });
  for (const [path, text] of generate()) await writeFile(path, text);
}
