// npm run bench -- [--quick] [--json] [--only NAME,…]
//
// Figures beside those of peers, measured in turns on this machine: only the ratios mean something elsewhere. The names
// are those of the files in figures/.
// Exit code 0: measured. 1: something could not be measured, or is as it must not be. 2: usage.

import { readdirSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Bench, type Measure } from "./bench.js";
import { jsonLine, tableRow } from "./figure.js";

const FIGURES = new URL("figures/", import.meta.url);

process.exitCode = await main();

async function main(): Promise<number> {
  const options = readArguments();
  if (options === undefined) return 2;
  const bench = new Bench(options.quick);
  let status = 0;
  try {
    for (const name of options.names) {
      const { measure } = (await import(new URL(`${name}.js`, FIGURES).href)) as { measure: Measure };
      for await (const figure of measure(bench)) {
        process.stdout.write(`${options.json ? jsonLine(figure) : tableRow(figure)}\n`);
        if (figure.failure === undefined) continue;
        process.stderr.write(`bench: ${figure.name}: ${figure.failure}\n`);
        status = 1;
      }
    }
    return status;
  } finally {
    await bench.close();
  }
}

interface Options {
  quick: boolean;
  json: boolean;
  names: string[];
}

function readArguments(): Options | undefined {
  const known = readdirSync(fileURLToPath(FIGURES))
    .filter((file) => file.endsWith(".js"))
    .map((file) => basename(file, ".js"))
    .sort();
  try {
    const { quick, json, only } = parseArgs({
      options: { quick: { type: "boolean" }, json: { type: "boolean" }, only: { type: "string" } },
    }).values;
    const names = only?.split(",") ?? known;
    const unknown = names.find((name) => !known.includes(name));
    if (unknown !== undefined) throw new Error(`no figures are called ${unknown}, only ${known.join(", ")}`);
    return { quick: quick ?? false, json: json ?? false, names };
  } catch (error) {
    process.stderr.write(`bench: ${(error as Error).message}\n`);
    return undefined;
  }
}
