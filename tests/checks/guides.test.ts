// How documents are read whose commands the end-to-end tests run: what is read as no command would be run by nobody.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";

import { allDocuments, DOCUMENTS, isRun, pathOf } from "../e2e/guides/documents.js";
import { isAsWritten, stepsOf, unmarkedBlocks } from "../e2e/guides/guide.js";
import { NOT_RUN } from "../e2e/guides/not-run.js";
import { STAND_INS } from "../e2e/guides/stand-ins.js";

test("every command is in a block that says so, of a document whose commands are run", () => {
  for (const document of allDocuments()) {
    assert.deepEqual(unmarkedBlocks(pathOf(document)), [], document);
    if (!(document in DOCUMENTS)) assert.deepEqual(stepsOf(pathOf(document)), [], document);
  }
});

test("what is not run is still in its document, once, and has a reason", () => {
  for (const { document, command, why } of NOT_RUN) {
    const found = stepsOf(pathOf(document)).filter((step) => !isRun(document, step));
    const matching = found.filter((step) => "command" in step && step.command.startsWith(command));
    assert.equal(matching.length, 1, `${document}: ${command}`);
    assert.notEqual(why, "");
  }
});

test("what stands in for a program is called by a document, and has a reason", () => {
  const steps = Object.keys(DOCUMENTS).flatMap((document) => stepsOf(pathOf(document)));
  const commands = steps.map((step) => ("command" in step ? step.command : "")).join("\n");
  for (const [name, { why }] of Object.entries(STAND_INS)) {
    assert.match(commands, new RegExp(`\\b${name} `), name);
    assert.notEqual(why, "");
  }
});

function document(t: TestContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "countersign-guide-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "guide.md"), text);
  return join(folder, "guide.md");
}

test("commands of a shell: one a line, with what is continued, indented or a here-document", (t) => {
  const text = `# Title

\`\`\`sh
# said to the reader
a 1
b \\
  2

c <<'END'
d
END
{
  e
} | f
\`\`\`
`;
  assert.deepEqual(stepsOf(document(t, text)), [
    { line: 5, command: "a 1", expected: null },
    { line: 6, command: "b \\\n  2", expected: null },
    { line: 9, command: "c <<'END'\nd\nEND", expected: null },
    { line: 12, command: "{\n  e\n} | f", expected: null },
  ]);
});

test("commands at a prompt, each with what it prints", (t) => {
  const text = "```console\n$ a\n1\n\n2\n$ b\n$ c <<END\n$ no command\nEND\n3\n```\n";
  assert.deepEqual(stepsOf(document(t, text)), [
    { line: 2, command: "a", expected: "1\n\n2" },
    { line: 6, command: "b", expected: "" },
    { line: 7, command: "c <<END\n$ no command\nEND", expected: "3" },
  ]);
  assert.throws(() => stepsOf(document(t, "```console\na\n```\n")), /line 2: output before any command/);
});

test("what a block takes for granted comes before it", (t) => {
  const file = document(t, "text\n<!-- given: a b -->\n```sh\nc\n```\n");
  assert.deepEqual(stepsOf(file), [
    { line: 2, command: "a b", expected: null },
    { line: 4, command: "c", expected: null },
  ]);
});

test("a file that stands in a document, blocks of other languages, and those of none", (t) => {
  const file = document(t, "<!-- file: /etc/x -->\n```json\n{}\n```\n\n```js\na();\n```\n\n```\nb\n```\n");
  assert.deepEqual(stepsOf(file), [{ line: 3, path: "/etc/x", content: "{}\n" }]);
  assert.deepEqual(unmarkedBlocks(file), [11]);
});

describe("what is printed is as it is written", () => {
  const cases: [output: string, expected: string, isSo: boolean][] = [
    ["a\n", "a", true],
    ["a\nb\n", "a", false],
    ["b\na\n", "a", false],
    ["", "", true],
    ["a\n", "", false],
    ["sha256:12 (x)\n", "sha256:… (x)", true],
    ["sha256: (x)\n", "sha256:… (x)", false],
    ["sha256:1\n2 (x)\n", "sha256:… (x)", false],
    ["a\nb\nc\n", "a\n…\nc", true],
    ["a\nc\n", "a\n…\nc", true],
    ["a\nb\n", "a\n…\nc", false],
    ["a.b\n", "a.b", true],
    ["axb\n", "a.b", false],
  ];
  for (const [output, expected, isSo] of cases) {
    test(`${JSON.stringify(output)} and ${JSON.stringify(expected)}`, () =>
      assert.equal(isAsWritten(output, expected), isSo));
  }
});
