// Names of images that are in no registry: what they are for the policy, and which are none (upstream's Transport.ParseReference
// and ImageReference.PolicyConfigurationNamespaces; more of them in the conformance suite `scopes`).

import assert from "node:assert/strict";
import { test } from "node:test";
import { NameRefused, PolicyCore } from "../../../host/core/core.js";

const core = PolicyCore.load(Buffer.from('{"default":[{"type":"reject"}]}'), () => null);

/** The scopes of a name, most specific first and without the empty one; null for no name. */
function scopesOf(transport: string, name: string): string[] | null {
  try {
    const image = { transport, name, mode: "user", digest: "", descriptor: new Uint8Array() } as const;
    const { candidates } = core.explain(image);
    return candidates
      .filter((candidate) => candidate.transport === transport && candidate.scope !== "")
      .map(({ scope }) => scope);
  } catch (error) {
    assert.ok(error instanceof NameRefused, String(error));
    assert.equal(error.code, "name-invalid");
    return null;
  }
}

test("a path is cleaned as Go does, and absolute", () => {
  for (const [path, clean] of Object.entries({
    "/a/b": "/a/b",
    "/a/b/": "/a/b",
    "//a///b": "/a/b",
    "/./a/./b/.": "/a/b",
    "/a/x/../b": "/a/b",
    "/a/x/y/../../b": "/a/b",
    "/../a/b": "/a/b",
    "/a/b/..c": "/a/b/..c",
  })) {
    const parents = clean === "/a/b" ? ["/a"] : ["/a/b", "/a"];
    assert.deepEqual(scopesOf("dir", path), [clean, ...parents], path);
    assert.deepEqual(scopesOf("oci", `${path}:tag`), [clean, clean, ...parents], path);
  }
  assert.deepEqual(scopesOf("dir", "/a/.."), ["/"]);
  for (const path of ["", "a", "./a", "../a"]) {
    for (const transport of ["dir", "sif", "oci", "oci-archive"])
      assert.equal(scopesOf(transport, path), null, path);
  }
});

test("a name in containers-storage has its store before it, and a name or an ID behind it", () => {
  const store = "[overlay@/run/x]";
  const id = "0123456789abcdef".repeat(4);
  assert.deepEqual(scopesOf("containers-storage", `${store}r.example/app`), [
    `${store}r.example/app:latest`,
    `${store}r.example/app`,
    `${store}r.example`,
    store,
    "[/run/x]",
  ]);
  for (const name of [
    "",
    "app:1",
    "[overlay@/run/x",
    "overlay@/run/x]app:1",
    "x[overlay@/run/x]app:1",
    "[]app:1",
    "[/run/x]app:1",
    "[@/run/x]app:1",
    "[overlay@]app:1",
    "[overlay@run/x]app:1",
    store,
    `${store}UPPER`,
    `${store}@${id.slice(1)}`,
    `${store}@${id.toUpperCase()}`,
    `${store}app@${id.slice(1)}`,
    `${store}app@sha256:${id}@x`,
  ]) {
    assert.equal(scopesOf("containers-storage", name), null, name);
  }
});
