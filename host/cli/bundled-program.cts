import fs = require("node:fs");
import modules = require("node:module");
import path = require("node:path");
import vm = require("node:vm");

import type * as Program from "./run.js" with { "resolution-mode": "import" };

/** The bundle's parts, as scripts/bundle.mjs leaves them: one file instead of hundreds, and V8's code cache for it. */
const BUNDLE = path.join(__dirname, "../../bundle/program.cjs");
const CODE_CACHE = path.join(__dirname, "../../bundle/program.cache");
/** The modules it was made from start here; the npm package has none of them. */
const MODULES = path.join(__dirname, "run.js");
const COMPONENT = path.join(__dirname, "../../component/verifier.js");

/**
 * The whole program, loaded in a fraction of the time that its modules take; null if it has not been bundled. V8
 * ignores the code cache of another Node.js, and then compiles what it needs.
 */
function bundledProgram(): typeof Program | null {
  if (!isFresh()) return null;
  const { script } = compileBundle(readIfThere(CODE_CACHE));
  return runBundle(script);
}

function compileBundle(cachedData: Buffer | undefined): { script: vm.Script } {
  // The bundle is ASCII. Its first line is the first of the function, so that line numbers are those of the file.
  const source = fs.readFileSync(BUNDLE, "latin1");
  const wrapped = `(function (exports, require, module, __filename) {${source}\n})`;
  return {
    script: new vm.Script(wrapped, { filename: BUNDLE, ...(cachedData === undefined ? {} : { cachedData }) }),
  };
}

function runBundle(script: vm.Script): typeof Program {
  const bundled = { exports: {} as typeof Program };
  script.runInThisContext()(bundled.exports, modules.createRequire(BUNDLE), bundled, BUNDLE);
  return bundled.exports;
}

/**
 * Whether nothing has been compiled since. Without the modules the bundle is all there is, whenever its files were
 * unpacked.
 */
function isFresh(): boolean {
  const [made, modules, component] = [BUNDLE, MODULES, COMPONENT].map(
    (file) => fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs,
  );
  if (made === undefined || modules === undefined) return made !== undefined;
  return modules <= made && component !== undefined && component <= made;
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return fs.readFileSync(file);
  } catch {
    return undefined;
  }
}

export = { bundledProgram, compileBundle, runBundle };
