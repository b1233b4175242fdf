import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { LAYERS, misdirected } from "./import-direction.js";
import { readText, sources } from "./sources.js";

test("ARCHITECTURE.md shows these layers in this order", () => {
  const [, block = ""] = /^## Layout$.*?^```$(.*?)^```$/ms.exec(readText("ARCHITECTURE.md")) ?? [];
  for (const [root, layers] of Object.entries(LAYERS)) {
    const [, below = ""] = new RegExp(`^${root}/.*\\n((?:  .*\\n)+)`, "m").exec(block) ?? [];
    const shown = below.split("\n").flatMap((line) => (line.trim().split(/ {3,}/)[0] ?? "").split(/ +/));
    assert.deepEqual(shown.map((name) => name.replace(/\/$/, "")).filter(Boolean), layers);
  }
});

for (const [root, layers] of Object.entries(LAYERS)) {
  test(`${root}/ imports downwards only`, () => {
    const files = sources(root).filter(({ path }) => path.endsWith(".ts"));
    assert.ok(files.length > 10);
    assert.deepEqual(misdirected(root, layers, files), []);
  });
}

describe("what is against the direction", () => {
  const layers = ["low", "high"];
  const cases: [title: string, path: string, text: string, problem: string[]][] = [
    ["a higher layer imports a lower one", "src/high/a.ts", 'import { b } from "../low/b.js";', []],
    ["a layer imports itself", "src/low/a.ts", 'import { b } from "./b.js";', []],
    ["a package is imported", "src/low/a.ts", 'import { b } from "node:fs";', []],
    [
      "a lower layer imports a higher one",
      "src/low/a.ts",
      'import { b } from "../high/b.js";',
      ["src/low/a.ts imports src/high/b.js"],
    ],
    [
      "so does its type",
      "src/low/a.ts",
      'import type {\n  B,\n} from "../high/b";',
      ["src/low/a.ts imports src/high/b"],
    ],
    [
      "it exports it",
      "src/low/a.ts",
      'export { b } from "../high/b.js";',
      ["src/low/a.ts imports src/high/b.js"],
    ],
    [
      "it imports it later",
      "src/low/a.ts",
      'await import("../high/b.js");',
      ["src/low/a.ts imports src/high/b.js"],
    ],
    [
      "something outside is imported",
      "src/high/a.ts",
      'import "../../tests/x.js";',
      ["src/high/a.ts imports tests/x.js"],
    ],
    ["a folder is not on the list", "src/utils/a.ts", "", ["src/utils/a.ts is in no layer"]],
  ];
  for (const [title, path, text, problems] of cases) {
    test(title, () => assert.deepEqual(misdirected("src", layers, [{ path, text }]), problems));
  }
});
