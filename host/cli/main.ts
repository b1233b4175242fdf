#!/usr/bin/env node
import { bundledProgram } from "./bundled-program.js";

const { run } = bundledProgram() ?? (await import("./run.js"));
await run(process.argv.slice(2));
