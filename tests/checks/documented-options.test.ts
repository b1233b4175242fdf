// Commands and options that documents name have to be there.
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { COMMANDS } from "../../host/cli/commands.js";
import { DOCUMENTS } from "./documents.js";
import { readText } from "./sources.js";

/** Options of others that documents name by themselves, such as cosign's. */
const FOREIGN: readonly string[] = [
  "--all-platforms",
  "--local",
  "--new-bundle-format",
  "--recursive",
  "--runtime",
  "--tlog-upload",
];

const options = new Map<string, ReadonlySet<string>>();
for (const { words, load } of COMMANDS) {
  const { default: command } = await load();
  options.set(words, new Set(["help", ...Object.keys(command.options ?? {})]));
}
const ours = new Set([...options.values()].flatMap((names) => [...names]));

/** Of those who use the program; CONTRIBUTING.md names what scripts take. */
const documents = DOCUMENTS.filter((document) => document !== "CONTRIBUTING.md");

/** What a document has in backticks, and the lines of its blocks. */
function codeIn(document: string): string[] {
  const text = readText(document);
  const blocks = [...text.matchAll(/^```.*\n([\s\S]*?)^```$/gm)].map(([, block = ""]) => block);
  const prose = text.replace(/^```.*\n[\s\S]*?^```$/gm, "");
  const spans = [...prose.matchAll(/`([^`]+)`/g)].map(([, span = ""]) => span.replace(/\s+/g, " "));
  return [...spans, ...blocks.join("\n").replace(/\\\n/g, " ").split("\n")];
}

/** A call of ours, without what follows it in a line of a shell. */
function calls(code: string): string[] {
  return [...code.matchAll(/(?:^|[$(;&|] ?)countersign ([^|;&#)]*)/g)].map(([, call = ""]) => call.trim());
}

const named = (code: string) =>
  [...code.matchAll(/(?:^| )--([a-z-]*[a-z])(?=[\s=`]|$)/g)].map(([, name = ""]) => name);

describe("documents name commands and options that there are", () => {
  for (const document of documents) {
    test(document, () => {
      const code = codeIn(document);
      for (const call of code.flatMap(calls)) {
        if (call === "" || call.startsWith("--")) continue;
        const [first = "", second = ""] = call.split(" ");
        const own = options.get(`${first} ${second}`) ?? options.get(first);
        assert.ok(own, `countersign ${call}`);
        for (const name of named(call)) assert.ok(own.has(name), `countersign ${call}: --${name}`);
      }
      const alone = code.filter((span) => span.startsWith("--"));
      for (const name of alone.flatMap(named))
        assert.ok(ours.has(name) || FOREIGN.includes(`--${name}`), `--${name}`);
    });
  }
});

test("every option of others is named somewhere", () => {
  const texts = documents.map(readText).join("\n");
  for (const option of FOREIGN) assert.ok(texts.includes(option), option);
});
