#!/usr/bin/env node
// CommonJS, as the bundle is: without a module of the other kind Node.js starts a third faster.
import bundle = require("./bundled-program.cjs");

async function main(): Promise<void> {
  const { run } = bundle.bundledProgram() ?? (await import("./run.js"));
  await run(process.argv.slice(2));
}

void main();
