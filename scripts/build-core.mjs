// assembly/ → build/core.wasm → dist/component/: the component, its core module and typed JavaScript for the host.
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { componentEmbed, componentNew, componentWit, transpile } from "@bytecodealliance/jco";
import { main as asc } from "assemblyscript/asc";
import CanonicalNames from "./canonical-names.mjs";
import { synchronousGlue } from "./component-glue.mjs";
import { withGlobals } from "./exported-globals.mjs";

const OUT = "dist/component";

const { error, stderr } = await asc(["--target", "release"], { transforms: [CanonicalNames] });
if (error) {
  process.stderr.write(`${stderr.toString()}\n${error.message}\n`);
  process.exit(1);
}

const core = withGlobals(await readFile("build/core.wasm"));
const imports = WebAssembly.Module.imports(new WebAssembly.Module(core));
if (imports.length > 0)
  throw new Error(`the core must import nothing, but imports ${JSON.stringify(imports)}`);

const embedded = await componentEmbed({
  binary: core,
  witSource: await readFile("wit/verifier.wit", "utf8"),
  world: "countersign",
  stringEncoding: "utf8",
});
const component = await componentNew(embedded, []);
const wit = await componentWit(component);
if (/^\s*import\b/m.test(wit)) throw new Error(`the component must import nothing:\n${wit}`);

const { files } = await transpile(component, {
  name: "verifier",
  instantiation: "sync",
  strict: true,
  nodejsCompat: false,
});
await mkdir(OUT, { recursive: true });
await writeFile(join(OUT, "countersign.component.wasm"), component);
for (const [name, bytes] of Object.entries(files)) {
  await mkdir(dirname(join(OUT, name)), { recursive: true });
  const isGlue = name === "verifier.js";
  await writeFile(join(OUT, name), isGlue ? synchronousGlue(Buffer.from(bytes).toString()) : bytes);
}
const digest = createHash("sha256").update(files["verifier.core.wasm"]).digest("hex");
process.stderr.write(`core ${core.length} bytes, component ${component.length} bytes, sha256:${digest}\n`);
