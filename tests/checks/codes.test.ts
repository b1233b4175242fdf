// The codes stand in four places; wit/verifier.wit is the one that counts.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const WIT = enumOf("code");

function enumOf(name: string): string[] {
  const text = readFileSync("wit/verifier.wit", "utf8");
  const body = new RegExp(`enum ${name} \\{([^}]*)\\}`).exec(text)?.[1];
  assert.ok(body, `no enum ${name} in wit/verifier.wit`);
  return [...body.matchAll(/^\s*([a-z-]+),?\s*$/gm)].map((match) => match[1] ?? "");
}

/** Members of an AssemblyScript enum, in kebab-case. */
function coreEnum(file: string, name: string): string[] {
  const body = new RegExp(`export enum ${name} \\{([^}]*)\\}`).exec(readFileSync(file, "utf8"))?.[1];
  assert.ok(body, `no enum ${name} in ${file}`);
  return [...body.matchAll(/^\s*([A-Z][A-Za-z]*),$/gm)].map((match) =>
    (match[1] ?? "").replace(/(?!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase(),
  );
}

test("the core's enums have the names and the order of the interface", () => {
  assert.ok(WIT.length > 40);
  assert.deepEqual(coreEnum("assembly/verify/code.ts", "Code"), WIT);
  assert.deepEqual(coreEnum("assembly/verify/evidence.ts", "RequestKind"), enumOf("request-kind"));
  assert.deepEqual(coreEnum("assembly/verify/evidence.ts", "ItemKind"), enumOf("item-kind"));
  assert.deepEqual(coreEnum("assembly/verify/subject.ts", "NameMode"), ["containerd", "user"]);
  assert.deepEqual(coreEnum("assembly/policy/finding.ts", "Severity"), ["error", "warning", "note"]);
});

test("docs/codes.md has a line for every code, in order", () => {
  const documented = [...readFileSync("docs/codes.md", "utf8").matchAll(/^\| `([a-z-]+)` \|/gm)].map(
    (match) => match[1],
  );
  assert.deepEqual(documented, WIT);
});

test("each kind of registry item answers the request kind of the same number", () => {
  const kinds = enumOf("request-kind");
  assert.deepEqual(enumOf("item-kind").slice(0, kinds.length), kinds);
});
