// assembly/probe/*.ts → build/probe/*.wasm: parts of the core behind plain exports, for tests. Same sources, same
// options as the core. With arguments only the probes of those names: `node scripts/build-probe.mjs crypto`.
//
// Two more: `plain`, what the core's arithmetic is compared with, and `checked`, the probe `crypto` with the bounds of
// every operand asserted.
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { main as asc } from "assemblyscript/asc";
import { generate } from "./generate-arithmetic.mjs";

const SOURCES = "assembly/probe";
const OUT = "build/probe";

/** By name, the entry file and sources that stand for those of the same path. */
const probes = new Map([
  ["plain", ["tests/core/plain/probe.ts", new Map()]],
  ["checked", [join(SOURCES, "crypto.ts"), generate(true)]],
]);
for (const file of await readdir(SOURCES))
  probes.set(basename(file, ".ts"), [join(SOURCES, file), new Map()]);

const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : probes.keys()) {
  const [entry, replaced] = probes.get(name);
  const binary = join(OUT, `${name}.wasm`);
  const { error, stderr } = await asc(
    [
      entry,
      ...["--config", "none", "--runtime", "stub", "--use", "abort=", "-O3", "--initialMemory", "2"],
      ...["--maximumMemory", "4096", "--outFile", binary],
    ],
    { readFile: (file, base) => replaced.get(file) ?? readFile(join(base, file), "utf8").catch(() => null) },
  );
  if (error) {
    process.stderr.write(`${stderr.toString()}\n${error.message}\n`);
    process.exit(1);
  }
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(await readFile(binary)));
  if (imports.length > 0)
    throw new Error(`${binary} must import nothing, but imports ${JSON.stringify(imports)}`);
}
