// The parts of scripts/ that can be had wrong quietly. They run before anything is installed, hence not compiled.
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";

import { ROOT } from "./sources.js";

const load = (script: string) => import(pathToFileURL(join(ROOT, "scripts", script)).href);
const { isAtLeast, isInstalled } = await load("setup.mjs");
const { mirrorIn } = await load("peers/apt.mjs");
const { assertLocked } = await load("peers/lock.mjs");

describe("versions compare by number", () => {
  const cases: [string, string, boolean][] = [
    ["20.19.0", "20.19", true],
    ["20.20.2", "20.19", true],
    ["22.0.0", "20.19", true],
    ["20.9.0", "20.19", false],
    ["18.20.4", "20.19", false],
    ["2.1.9+ds1-5", "2.1", true],
    ["2", "2.1", false],
  ];
  for (const [version, minimum, expected] of cases) {
    test(`${version} ${expected ? "reaches" : "is below"} ${minimum}`, () => {
      assert.equal(isAtLeast(version, minimum), expected);
    });
  }
});

describe("what is installed", () => {
  const a = { version: "1.0.0", integrity: "sha512-a" };
  const lock = {
    packages: { "": {}, "node_modules/a": a, "node_modules/other-system": { ...a, optional: true } },
  };
  const cases: [string, object | null, boolean][] = [
    ["nothing", null, false],
    ["everything", { packages: { "node_modules/a": a, "node_modules/other-system": a } }, true],
    ["everything for this system", { packages: { "node_modules/a": a } }, true],
    ["one is missing", { packages: {} }, false],
    ["one has another version", { packages: { "node_modules/a": { ...a, version: "1.0.1" } } }, false],
    ["one has other bytes", { packages: { "node_modules/a": { ...a, integrity: "sha512-b" } } }, false],
    ["one too many", { packages: { "node_modules/a": a, "node_modules/b": a } }, false],
  ];
  for (const [title, installed, expected] of cases) {
    test(title, () => assert.equal(isInstalled(lock, installed), expected));
  }
});

describe("the Debian mirror in apt's sources", () => {
  const cases: [string, string, string | null][] = [
    ["a line", "deb http://mirror.example/debian bookworm main", "http://mirror.example/debian"],
    [
      "a line with options",
      "deb [arch=amd64 trusted=no] https://m.example/debian/ sid main",
      "https://m.example/debian",
    ],
    [
      "a paragraph",
      "Types: deb\nURIs: http://mirror.example/debian\nSuites: x",
      "http://mirror.example/debian",
    ],
    ["the security archive is another", "deb http://m.example/debian-security bookworm-security main", null],
    ["a comment", "# deb http://m.example/debian sid main", null],
    ["nothing", "", null],
  ];
  for (const [title, text, expected] of cases) test(title, () => assert.equal(mirrorIn(text), expected));
});

describe("the peers' lock", () => {
  const locked = { crane: { version: "1", sha256: "aa" } };
  test("the same version with other bytes is refused", () => {
    assert.throws(
      () => assertLocked(locked, { crane: { version: "1", sha256: "bb" } }),
      /crane 1 has SHA-256 bb/,
    );
  });
  test("the locked bytes are accepted", () => {
    assertLocked(locked, { crane: { version: "1", sha256: "aa" } });
  });
});
