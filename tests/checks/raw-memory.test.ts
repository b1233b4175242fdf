import assert from "node:assert/strict";
import { test } from "node:test";

import { rawAccesses } from "./raw-memory.js";
import { sources } from "./sources.js";

test("the core reaches into memory only where that is the point", () => {
  const files = sources("assembly");
  assert.ok(files.length > 10);
  assert.deepEqual(rawAccesses(files), []);
});

test("a parser that reads memory by itself is found", () => {
  const text = "// load<u8> is meant\nlet a = load<u8>(p);\nlet b = unchecked(x[0]);\nstore<u32>(p, 1);";
  assert.deepEqual(rawAccesses([{ path: "assembly/json/reader.ts", text }]), [
    "assembly/json/reader.ts:2: let a = load<u8>(p);",
    "assembly/json/reader.ts:3: let b = unchecked(x[0]);",
    "assembly/json/reader.ts:4: store<u32>(p, 1);",
  ]);
  assert.deepEqual(rawAccesses([{ path: "assembly/hash/sha256.ts", text }]), []);
});
