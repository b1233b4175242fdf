// npm run bench: figures beside those of peers, measured in turns on this machine.
// Exit code 0: measured. 1: something could not be measured, or is as it must not be. 2: usage.

import { readdirSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { readArguments, WrongArgument } from "../support/own-arguments.js";
import { Bench, type Measure } from "./bench.js";
import { jsonLine, tableRow } from "./figure.js";

const FIGURES = new URL("figures/", import.meta.url);
const NAMES = readdirSync(fileURLToPath(FIGURES))
  .filter((file) => file.endsWith(".js"))
  .map((file) => basename(file, ".js"))
  .sort();

const HELP = `usage: npm run bench -- [--quick] [--json] [--only NAME,…]

Measures this build, in turns with its peers, on this machine: only the ratios mean something elsewhere.

  --quick       take a minute: fewer and shorter turns
  --json        print a line of JSON for each figure: {"name","ours","peer","theirs","ratio","unit","runs",
                "oursRange","theirsRange"}; above a ratio of 1 ours is faster, or smaller
  --only NAME,… only these, of the files in tests/bench/figures/:
                ${NAMES.slice(0, 9).join(", ")},
                ${NAMES.slice(9).join(", ")}
  --help        print this

Real peers (cosign, skopeo, crane, containerd) take part once "node scripts/peers.mjs" or npm test has fetched them, as
root on Debian on x64. Without them the figures that need them are skipped, and a line says so. Exit status 0 if all
else was measured, 1 if something could not be, or is not as it must be, 2 for wrong arguments.
`;

process.exitCode = await main();

async function main(): Promise<number> {
  const options = givenOptions();
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

function givenOptions(): Options {
  const options = {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    only: { type: "string" },
  } as const;
  return readArguments("bench", HELP, options, ({ quick, json, only }) => {
    const names = only?.split(",") ?? NAMES;
    const unknown = names.find((name) => !NAMES.includes(name));
    if (unknown !== undefined)
      throw new WrongArgument(`no figures are called ${JSON.stringify(unknown)}, only ${NAMES.join(", ")}`);
    return { quick, json, names };
  });
}
