import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";

import type * as Program from "./run.js";

/** Its parts, as scripts/bundle.mjs leaves them: one file instead of hundreds, and what V8 made of it. */
const BUNDLE = new URL("../../bundle/program.cjs", import.meta.url);
const CODE_CACHE = new URL("../../bundle/program.cache", import.meta.url);
/** The modules it was made of begin here; the npm package has none of them. */
const MODULES = new URL("run.js", import.meta.url);
const COMPONENT = new URL("../../component/verifier.js", import.meta.url);

/**
 * The whole program, loaded in a fraction of the time that its modules take; null where it has not been bundled. A code
 * cache of another Node.js is passed over by V8, which then compiles what it needs.
 */
export function bundledProgram(): typeof Program | null {
  if (!isFresh()) return null;
  const { script } = compileBundle(readIfThere(CODE_CACHE));
  return runBundle(script);
}

export function compileBundle(cachedData: Buffer | undefined): { script: Script } {
  // The bundle is ASCII. Its first line is that of the function, so that lines count as in the file.
  const source = readFileSync(BUNDLE, "latin1");
  const wrapped = `(function (exports, require, module, __filename) {${source}\n})`;
  const filename = fileURLToPath(BUNDLE);
  return { script: new Script(wrapped, { filename, ...(cachedData === undefined ? {} : { cachedData }) }) };
}

export function runBundle(script: Script): typeof Program {
  const module = { exports: {} as typeof Program };
  const filename = fileURLToPath(BUNDLE);
  script.runInThisContext()(module.exports, createRequire(BUNDLE), module, filename);
  return module.exports;
}

/** Whether nobody has compiled anything since. Without the modules it is all there is, whenever its files were unpacked. */
function isFresh(): boolean {
  const [made, modules, component] = [BUNDLE, MODULES, COMPONENT].map(
    (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs,
  );
  if (made === undefined || modules === undefined) return made !== undefined;
  return modules <= made && component !== undefined && component <= made;
}

function readIfThere(file: URL): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
