// A program with a loader of its own: the glue and the core's module as the package exports them.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { instantiate } from "countersign/component";
import type { PolicySummary } from "countersign/component/types";

const core = readFileSync(fileURLToPath(import.meta.resolve("countersign/verifier.core.wasm")));
const { verifier } = instantiate(() => new WebAssembly.Module(core), {});
verifier.load(Buffer.from('{"default":[{"type":"reject"}]}'));
const { digest }: PolicySummary = verifier.seal();
process.stdout.write(`${digest}\n`);
