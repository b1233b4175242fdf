import assert from "node:assert/strict";
import { test } from "node:test";

import type { Image } from "#component/types";
import { PolicyCore } from "../../../host/core/core.js";
import { Verifier } from "../../../host/service/verifier.js";
import { evidenceFor, KEY, POLICY, SIGNED_IMAGE } from "../core/signed-image.js";
import { AuditDouble, LogDouble } from "./audit-double.js";
import { loaded } from "./core-double.js";
import { itemFor, SourceDouble } from "./source-double.js";

const REPOSITORY = "ghcr.io/automata/app";

test("a signed image as containerd presents it is accepted in two rounds", async () => {
  const { verifier, source } = setUp();
  const verdict = await verifier.verify(SIGNED_IMAGE);
  assert.equal(verdict.ok, true, verdict.reason);
  assert.deepEqual(
    source.asked.map(({ kind }) => kind),
    ["manifest", "cosign-tag", "referrers", "blob"],
  );
});

for (const [what, name] of [
  ["a tag", `${REPOSITORY}:1`],
  ["neither tag nor digest", REPOSITORY],
  ["a digest", `${REPOSITORY}@${SIGNED_IMAGE.digest}`],
] as const) {
  test(`a signed image a person names with ${what} is accepted under the digest of what is there`, async () => {
    const { verifier } = setUp();
    const verdict = await verifier.verify(named(name));
    assert.equal(verdict.ok, true, verdict.reason);
    assert.equal(verdict.digest, SIGNED_IMAGE.digest);
  });
}

test("a name with tag and digest is judged by the digest, and recorded with the tag", async () => {
  const audit = new AuditDouble();
  const { verifier } = setUp(signedRegistry(), audit);
  const name = `${REPOSITORY}:1@${SIGNED_IMAGE.digest}`;
  for (const image of [{ ...SIGNED_IMAGE, name }, named(name)]) {
    const verdict = await verifier.verify(image);
    assert.equal(verdict.ok, true, verdict.reason);
    assert.equal(verdict.name, `${REPOSITORY}@${SIGNED_IMAGE.digest}`);
    assert.equal(audit.records.at(-1)?.name, name);
  }
});

test("digest-mismatch: what is served under a digest is not what has it", async () => {
  const { verifier } = setUp(new SourceDouble((request) => itemFor(request)));
  const verdict = await verifier.verify(named(`${REPOSITORY}@${SIGNED_IMAGE.digest}`));
  assert.equal(verdict.ok, false);
  assert.equal(verdict.code, "digest-mismatch");
});

test("manifest-missing: nothing is there under the name", async () => {
  const { verifier } = setUp(
    new SourceDouble(({ kind, reference }) => ({ tag: "absent", val: { kind, reference } })),
  );
  const verdict = await verifier.verify(named(REPOSITORY));
  assert.equal(verdict.ok, false);
  assert.equal(verdict.code, "manifest-missing");
});

test("registry-timeout: the core says so when the registry does not answer", async () => {
  const { verifier } = setUp(new SourceDouble(() => new Promise(() => {})));
  const verdict = await verifier.verify(SIGNED_IMAGE, { deadlineMs: 20 });
  assert.equal(verdict.ok, false);
  assert.equal(verdict.code, "registry-timeout");
});

test("request-malformed: a name that is not well-formed unicode", async () => {
  const { verifier, source } = setUp();
  const verdict = await verifier.verify(named(`${REPOSITORY}\ud800`));
  assert.equal(verdict.ok, false);
  assert.equal(verdict.code, "request-malformed");
  assert.deepEqual(source.asked, []);
});

function setUp(source = signedRegistry(), audit = new AuditDouble()) {
  const state = loaded(PolicyCore.load(POLICY, () => KEY));
  const verifier = new Verifier({
    policy: () => state,
    source,
    audit,
    log: new LogDouble(),
  });
  return { verifier, source };
}

/** A registry with the signed image. */
function signedRegistry(): SourceDouble {
  return new SourceDouble(evidenceFor);
}

function named(name: string): Image {
  return { transport: "docker", name, mode: "user", digest: "", descriptor: new Uint8Array() };
}
