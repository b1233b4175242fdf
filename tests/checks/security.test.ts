// SECURITY.md says of every attack where it stops and which test shows it: those places and tests have to be there.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { ROOT, readText, sources } from "./sources.js";

/** Attacks that must have a line, and a test that begins with these very words. */
const BY_NAME: readonly string[] = [
  "index read by two parsers",
  "schema-1 digest trick",
  "name read as two registries",
  "wildcard turning an inert policy into an open one",
  "policy path falling through",
  "bundle satisfying a log requirement",
  "socket impersonation",
  "diagnostic body reaching a tenant",
];

const TEXT = readText("SECURITY.md");
const FOLDERS = foldersByLetter();
const TESTS = sources("tests").filter(({ path }) => path.endsWith(".test.ts"));
const ROWS = [...TEXT.matchAll(/^\| (.+) \| (.+) \| (.+) \|$/gm)]
  .map(([, attack = "", stops = "", proof = ""]) => ({ attack, stops, proof }))
  .filter(({ proof }) => /`|[A-Z]: |conformance/.test(proof));

test("there are lines for the attacks, those with a name of their own among them", () => {
  assert.ok(ROWS.length > 50);
  for (const name of BY_NAME) {
    assert.ok(
      ROWS.some(({ attack }) => attack.startsWith(name)),
      name,
    );
    assert.ok(
      TESTS.some(({ text }) => hasTitle(text, name)),
      `no test is called ${name}`,
    );
  }
});

describe("SECURITY.md", () => {
  for (const { attack, stops, proof } of ROWS) {
    test(attack, () => {
      for (const [, path = ""] of stops.matchAll(/`([\w./-]+\.(?:ts|c))`/g)) {
        const there = [".", "assembly", "host"].some((folder) => existsSync(join(ROOT, folder, path)));
        assert.ok(there, `${path} is not there`);
      }
      assertProof(proof);
    });
  }
});

/** One or several of `path`, `L: file.test.ts` and `L: words with which a test's title begins`. */
function assertProof(proof: string): void {
  let found = 0;
  for (const part of proof.split("; ")) {
    const [, path] = /^`([\w./-]+)`/.exec(part) ?? [];
    const [, suite] = /^conformance, suite ([\w-]+)$/.exec(part) ?? [];
    const [, letter = "", names = ""] = /^([A-Z]): (.+)$/.exec(part) ?? [];
    if (path !== undefined) assert.ok(existsSync(join(ROOT, path)), `${path} is not there`);
    else if (suite !== undefined)
      assert.ok(existsSync(join(ROOT, `tests/conformance/suites/${suite}.ts`)), suite);
    else if (letter !== "") assertTests(letter, names);
    else continue;
    found++;
  }
  assert.ok(found > 0, `no test in ${JSON.stringify(proof)}`);
}

/** A title, a file, or several of them with commas between; a title may have commas itself. */
function assertTests(letter: string, names: string): void {
  const paths = FOLDERS.get(letter) ?? assert.fail(`nobody is ${letter}`);
  const among = TESTS.filter(({ path }) => paths.some((known) => path.startsWith(known)));
  const isThere = (name: string) =>
    among.some(({ path, text }) => path.endsWith(`/${name}`) || hasTitle(text, name));
  if (isThere(names)) return;
  for (const name of names.split(", ")) assert.ok(isThere(name), `${letter}: no test ${name}`);
}

/** Of a test, or of a case that is part of one's title. */
function hasTitle(text: string, name: string): boolean {
  return ['"', "`", "'"].some((quote) => text.includes(`${quote}${name}`));
}

/** `FILE` and `FILE` (A): files or folders below tests/, by the letters in parentheses. */
function foldersByLetter(): Map<string, string[]> {
  const paragraph = /Tests of these very names:[^|]*/.exec(TEXT)?.[0] ?? assert.fail("no letters");
  const folders = new Map<string, string[]>();
  for (const [, names = "", letters = ""] of paragraph.matchAll(
    /((?:`[^`]+`[^`(]*)+)\(([A-Z](?:, [A-Z])*)\)/g,
  )) {
    const paths = [...names.matchAll(/`([^`]+)`/g)].map(([, path = ""]) =>
      path.includes("/") ? path : `tests/host/judge/${path}`,
    );
    // Files by the same name beside the one that is written out, and a letter for each where there are as many.
    const each = letters.split(", ");
    const full = paths.map((path) => path);
    for (const [i, letter] of each.entries()) {
      folders.set(letter, each.length === 1 ? full : [full[i] ?? assert.fail(letter)]);
    }
  }
  return folders;
}
