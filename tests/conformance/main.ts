// npm run conformance: recorded verdicts of upstream, run through the built component and a probe of the same sources.
// Exit code 0: all as expected. 1: something failed, or cannot be run. 2: usage.

import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { readArguments } from "../support/own-arguments.js";
import { sharedPath } from "../support/shared.js";
import { readCorpus, type SuiteFile } from "./corpus.js";
import { readCosign } from "./cosign/corpus.js";
import { failureText, jsonLine, ruleText, table } from "./report.js";
import { run } from "./runner.js";
import { readSigstore } from "./sigstore-corpus.js";
import { Subject } from "./subject.js";

const CONFORMANCE = "conformance";
const COSIGN = "vectors/cosign";
const SIGSTORE = "vectors/sigstore-conformance/test/assets/bundle-verify";
const SOURCES = ["dir", "cosign", "sigstore"] as const;

const HELP = `usage: npm run conformance -- [--dir DIR] [--cosign DIR] [--sigstore DIR] [--only SUITE] [--json]

Runs cases with recorded verdicts of upstream's tools through the core. Our verdict must be the recorded one, or differ
as a rule in tests/conformance/exceptions.ts says. Without a folder: those of ../shared (or $COUNTERSIGN_SHARED).

  --dir DIR       case files shaped like ../shared/conformance: policies, names, payloads, images, certificates
  --fixtures DIR  the folder that contains the fixtures/ of --dir (DIR, else ../shared/conformance)
  --cosign DIR    a folder shaped like ../shared/vectors/cosign: negative-legacy/ and negative-bundle/ with oracle.tsv,
                  algorithm-oracle.tsv, verify-matrix.txt and skopeo-policy-oracle.txt with dumps/ and policies/, keys/;
                  images and keys that it lacks are taken from ../shared/vectors/cosign
  --sigstore DIR  a folder shaped like test/assets/bundle-verify of sigstore-conformance; cases with key.pub are run
  --only SUITE    only that suite
  --json          print one line of JSON: {"total","passed","failed","excepted","suites":{NAME:{…}}}
  --help          print this

Signatures of Wycheproof are in the unit tests; COUNTERSIGN_WYCHEPROOF=DIR npm test -- --only unit runs further files.
Exit status 0 if all cases are as expected, 1 if one is not or cannot be run, 2 for wrong arguments.
`;

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`conformance: ${(error as Error).message}\n`);
  process.exitCode = 1;
}

async function main(): Promise<number> {
  const options = givenOptions();
  const everything = SOURCES.every((source) => options[source] === undefined);
  const files = everything ? ofDefault() : ofOptions(options);
  const chosen = files.filter(({ name }) => (options.only ?? name) === name);
  if (files.length === 0) {
    process.stderr.write("conformance: there are no cases: nothing is tested\n");
    process.stdout.write(
      `${options.json ? jsonLine({ suites: new Map() }) : table({ suites: new Map() })}\n`,
    );
    return 1;
  }
  if (chosen.length === 0) {
    const known = [...new Set(files.map(({ name }) => name))].join(", ");
    process.stderr.write(`conformance: there is no suite ${JSON.stringify(options.only)}, but ${known}\n`);
    return 2;
  }
  const subject = new Subject(options.fixtures ?? fixturesOf(options.dir ?? sharedPath(CONFORMANCE) ?? "."));
  const result = await run(chosen, subject);

  for (const failure of result.failures) process.stderr.write(failureText(failure));
  if (everything && options.only === undefined) {
    for (const rule of result.unused)
      process.stderr.write(`conformance: this exception fits no case: ${ruleText(rule)}\n`);
    for (const rule of result.unexpectedlyUsed)
      process.stderr.write(
        `conformance: this exception need not be "anticipated" any more: ${ruleText(rule)}\n`,
      );
  }
  process.stdout.write(`${options.json ? jsonLine(result) : table(result)}\n`);
  return result.failures.length > 0 ? 1 : 0;
}

function ofDefault(): SuiteFile[] {
  const [conformance, cosign, sigstore] = [CONFORMANCE, COSIGN, SIGSTORE].map(sharedPath);
  return [
    ...(conformance ? readCorpus(conformance) : []),
    ...(cosign ? readCosign(cosign, null) : []),
    ...(sigstore ? readSigstore(sigstore) : []),
  ];
}

/** Throws where one is not a folder. */
function ofOptions({ dir, cosign, sigstore }: Options): SuiteFile[] {
  return [
    ...(dir === undefined ? [] : readCorpus(dir)),
    ...(cosign === undefined ? [] : readCosign(existing(cosign), sharedPath(COSIGN))),
    ...(sigstore === undefined ? [] : readSigstore(existing(sigstore))),
  ];
}

function existing(directory: string): string {
  readdirSync(directory);
  return directory;
}

interface Options {
  dir?: string;
  cosign?: string;
  sigstore?: string;
  fixtures?: string;
  only?: string;
  json?: boolean;
}

/** Folders as absolute paths: a policy's key files are named by such. */
function givenOptions(): Options {
  const text = { type: "string" } as const;
  const options = { dir: text, cosign: text, sigstore: text, fixtures: text, only: text };
  return readArguments("conformance", HELP, { ...options, json: { type: "boolean" } }, (values) => {
    for (const folder of [...SOURCES, "fixtures"] as const) {
      const given = values[folder];
      if (given !== undefined) values[folder] = resolve(given);
    }
    return values;
  });
}

/** The cases' own fixtures where they have some, else those of the default corpus. */
function fixturesOf(directory: string): string {
  const own = existsSync(join(directory, "fixtures"));
  return own ? directory : (sharedPath("conformance") ?? directory);
}
