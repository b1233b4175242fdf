import assert from "node:assert/strict";
import { test } from "node:test";

import { HiddenLine, Interrupted } from "../../../host/cli/hidden-lines.js";
import { UsageError } from "../../../host/cli/usage-error.js";

/** Presses the keys of `text` on a new line; the line, and whether the last key ended it. */
function typed(text: string): { text: string; ended: boolean } {
  const line = new HiddenLine();
  let ended = false;
  for (const key of Buffer.from(text)) ended = line.press(key);
  return { text: line.text.toString(), ended };
}

const CASES: [title: string, keys: string, text: string, ended: boolean][] = [
  ["Enter", "abc\r", "abc", true],
  ["a line feed, as when pasted", "abc\n", "abc", true],
  ["nothing but Enter", "\r", "", true],
  ["no Enter yet", "abc", "abc", false],
  ["blanks are part of it", "  a b \r", "  a b ", true],
  ["Backspace takes a character", "abx\x7fc", "abc", false],
  ["Ctrl-H does, too", "abx\x08c", "abc", false],
  ["Backspace takes a character of several bytes", "a\u{1f600}é\x7f\x7fb", "ab", false],
  ["Backspace at the start", "\x7f\x7fa", "a", false],
  ["Ctrl-U takes the line", "abc\x15d", "d", false],
  ["Ctrl-D in the middle does nothing", "a\x04b", "ab", false],
];
for (const [title, keys, text, ended] of CASES) {
  test(title, () => assert.deepEqual(typed(keys), { text, ended }));
}

test("Ctrl-C interrupts", () => {
  assert.throws(() => typed("secret\x03"), Interrupted);
});

test("Ctrl-D at the start: there is no password", () => {
  assert.throws(() => typed("\x04"), UsageError);
});
