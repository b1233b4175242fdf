#!/usr/bin/env node
// CommonJS, like the bundle: Node.js starts a third faster if it loads no ES module.
import bundle = require("./bundled-program.cjs");

async function main(): Promise<void> {
  const { run } = bundle.bundledProgram() ?? (await import("./run.js"));
  await run(process.argv.slice(2));
}

void main();
