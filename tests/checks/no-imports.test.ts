import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { componentWit } from "@bytecodealliance/jco";

import { ROOT } from "./sources.js";

const BUILT = join(ROOT, "dist/component");

test("the core module imports nothing", () => {
  const core = new WebAssembly.Module(readFileSync(join(BUILT, "verifier.core.wasm")));
  assert.deepEqual(WebAssembly.Module.imports(core), []);
});

test("the component imports nothing and exports its one interface", async () => {
  const wit = await componentWit(readFileSync(join(BUILT, "countersign.component.wasm")));
  assert.doesNotMatch(wit, /^\s*import\b/m);
  assert.match(wit, /^\s*export countersign:verifier\/verifier@/m);
});
