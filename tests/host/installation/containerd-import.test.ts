import assert from "node:assert/strict";
import { test } from "node:test";

import { parse } from "smol-toml";

import {
  NotMergeable,
  verifierConfiguration,
  withImport,
} from "../../../host/installation/containerd-import.js";

const FILE = "/etc/containerd/countersign.toml";

const MERGED: readonly [what: string, before: string, after: string][] = [
  ["no imports", "version = 3\n", `version = 3\nimports = ["${FILE}"]\n`],
  ["no line end", "version = 3", `version = 3\nimports = ["${FILE}"]\n`],
  [
    "comments and tables, which stay",
    "# mine\nversion = 3 # three\nroot = '/x'\n[plugins.'a']\n  imports = 'not these'\n",
    `# mine\nversion = 3 # three\nimports = ["${FILE}"]\nroot = '/x'\n[plugins.'a']\n  imports = 'not these'\n`,
  ],
  [
    "other imports",
    "version = 3\nroot = '/x'\nimports = [\n  '/a.toml',\n  '/b.toml'\n]\n[grpc]\n",
    `version = 3\nimports = ["/a.toml", "/b.toml", "${FILE}"]\nroot = '/x'\n[grpc]\n`,
  ],
];

for (const [what, before, after] of MERGED) {
  test(`imported beside ${what}`, () => {
    assert.equal(withImport(before, FILE), after);
    assert.equal(withImport(after, FILE), null);
  });
}

const REFUSED: readonly [what: string, configuration: string, message: RegExp][] = [
  ["an old version", "version = 2\n", /not of version 3/],
  ["no version", "root = '/x'\n", /not of version 3/],
  ["no toml", "version = \n", /not valid toml/],
  ["imports that are no list", "version = 3\nimports = 'x'\n", /not a list/],
  ["a version that is written below a table's name", "[a]\nversion = 3\n", /not of version 3/],
  ["a version in quotes", '"version" = 3\n', /not understood/],
];

for (const [what, configuration, message] of REFUSED) {
  test(`left alone: ${what}`, () =>
    assert.throws(
      () => withImport(configuration, FILE),
      (error) => error instanceof NotMergeable && message.test(error.message),
    ));
}

test("what is imported is toml, and about verifiers only", () => {
  const document = parse(verifierConfiguration("/opt/bin")) as Record<string, Record<string, unknown>>;
  assert.deepEqual(Object.keys(document), ["version", "plugins"]);
  assert.deepEqual(Object.keys(document["plugins"] ?? {}), ["io.containerd.image-verifier.v1.bindir"]);
});
