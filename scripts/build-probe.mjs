// assembly/probe/*.ts → build/probe/*.wasm: parts of the core behind plain exports, for tests. Same sources, same
// options as the core. With arguments only the probes of those names: `node scripts/build-probe.mjs crypto`.
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { main as asc } from "assemblyscript/asc";

const SOURCES = "assembly/probe";
const OUT = "build/probe";

const all = (await readdir(SOURCES)).map((file) => basename(file, ".ts"));
const wanted = process.argv.slice(2);

for (const name of wanted.length > 0 ? wanted : all) {
  const binary = join(OUT, `${name}.wasm`);
  const { error, stderr } = await asc([
    join(SOURCES, `${name}.ts`),
    ...["--config", "none", "--runtime", "stub", "--use", "abort=", "-O3", "--initialMemory", "2"],
    ...["--maximumMemory", "4096", "--outFile", binary],
  ]);
  if (error) {
    process.stderr.write(`${stderr.toString()}\n${error.message}\n`);
    process.exit(1);
  }
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(await readFile(binary)));
  if (imports.length > 0)
    throw new Error(`${binary} must import nothing, but imports ${JSON.stringify(imports)}`);
}
