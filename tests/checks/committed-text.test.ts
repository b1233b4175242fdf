import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { test } from "node:test";

import { ROOT, readText, sources } from "./sources.js";

test("no file names a folder of the machine it was written on", () => {
  const checkout = ROOT.replace(/\/$/, "");
  const places = [checkout, join(dirname(checkout), "shared")];
  const naming = sources().filter(({ text }) => places.some((place) => text.includes(`${place}/`)));
  assert.deepEqual(
    naming.map(({ path }) => path),
    [],
  );
});

test("package-lock.json does not say where packages are downloaded", () => {
  const lock = readText("package-lock.json");
  assert.match(lock, /"integrity": "sha512-/);
  assert.doesNotMatch(lock, /"resolved":/);
});

test("dependencies have exact versions", () => {
  const manifest = JSON.parse(readText("package.json"));
  const versions: string[] = Object.values({ ...manifest.dependencies, ...manifest.devDependencies });
  assert.ok(versions.length > 0);
  assert.deepEqual(
    versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version)),
    [],
  );
});

test("folders are named for what is in them", () => {
  const nameless = sources().filter(({ path }) =>
    /(?:^|\/)(?:utils?|common|helpers?|types|misc)\//.test(path),
  );
  assert.deepEqual(
    nameless.map(({ path }) => path),
    [],
  );
});
