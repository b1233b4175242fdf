import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const SOURCE = readFileSync(new URL("../../../../plugin/plugin.c", import.meta.url), "utf8");

test("the native plugin's table of what is not printable is Unicode's", () => {
  const [, table = ""] = /static bool is_unprintable.*?ranges\[\]\[2\] = \{(.*?)\};/s.exec(SOURCE) ?? [];
  const ranges = [...table.matchAll(/\{(\w+), (\w+)\}/g)].map(([, first, last]) => [
    Number(first),
    Number(last),
  ]);
  const ours: string[] = [];
  for (const [first = 0, last = 0] of ranges)
    for (let point = first; point <= last; point++) ours.push(point.toString(16));

  const theirs: string[] = [];
  for (let point = 0; point <= 0x10ffff; point++)
    if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(String.fromCodePoint(point))) theirs.push(point.toString(16));
  assert.deepEqual(ours, theirs);
});

test("the native plugin stays small: at most 400 lines of code", () => {
  const code = SOURCE.split("\n").filter((line) => !/^\s*(\/\/.*)?$/.test(line));
  assert.ok(code.length <= 400, `${code.length} lines`);
});
