// What cosign 3.1, cosign 2.5 and skopeo sign we accept, and what we sign they accept: keys of every kind, both formats.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { findPeers } from "../support/peers/peers.js";
import { type Identity, KEY_KINDS, Stage } from "./round-trips/stage.js";

const peers = findPeers();
const skip = "unavailable" in peers ? peers.unavailable : false;
const PLATFORMS = ["linux/amd64", "linux/arm64"];

let stage: Stage;
before(async () => {
  if (!("unavailable" in peers)) stage = await Stage.start(peers);
});
after(() => stage?.stop());

/** As in a repository's name. */
const lower = (...words: string[]) =>
  words
    .join("-")
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, "");

async function assertWeAllow(key: string, identity: Identity, name: string, signatures?: string) {
  const { ok, code, reason } = await stage.verifyOurselves(
    await stage.policy(key, identity),
    name,
    signatures,
  );
  assert.ok(ok, `${code}: ${reason}`);
  assert.equal(code, "accepted");
}

async function assertWeDeny(
  code: string,
  key: string,
  identity: Identity,
  name: string,
  signatures?: string,
) {
  const verdict = await stage.verifyOurselves(await stage.policy(key, identity), name, signatures);
  assert.deepEqual([verdict.ok, verdict.code], [false, code], verdict.reason);
}

async function assertSkopeo(is: "allowed" | "denied", key: string, identity: Identity, name: string) {
  const verdict = await stage.skopeo.judge(await stage.policy(key, identity), name);
  assert.equal(verdict.is, is, verdict.because);
}

const THEIRS = [
  { tool: "cosign 3.1", format: "legacy", identity: "matchRepository" },
  { tool: "cosign 3.1", format: "bundle", identity: "matchDigest" },
  { tool: "cosign 2.5", format: "legacy", identity: "matchRepository" },
] as const;

for (const { tool, format, identity } of THEIRS) {
  describe(`${tool} signs, ${format}; we verify`, { skip }, () => {
    for (const kind of KEY_KINDS) {
      test(`${kind}`, async () => {
        const repository = lower("theirs", tool, format, kind);
        const { digest } = await stage.push(stage.host, repository);
        const name = `${stage.host}/${repository}`;
        const cosign = tool === "cosign 3.1" ? stage.cosign3 : stage.cosign2;
        const options = format === "bundle" ? (["--new-bundle-format"] as const) : [];
        await cosign.sign(stage.key(kind), `${name}@${digest}`, ...options);

        await assertWeAllow(kind, identity, `${name}:1`);
        if (kind !== "P-256") return;
        await assertWeAllow(kind, identity, `${name}@${digest}`);
        await assertWeDeny("signature-invalid", "stranger", identity, `${name}:1`);
        // cosign signs the repository, or in bundles no name at all.
        const code = format === "bundle" ? "identity-missing" : "identity-mismatch";
        await assertWeDeny(code, kind, "matchExact", `${name}:1`);
      });
    }
  });
}

describe("we sign, both formats; cosign 3.1, cosign 2.5 and skopeo verify", { skip }, () => {
  for (const kind of KEY_KINDS) {
    test(`${kind}`, async () => {
      const repository = lower("ours", kind);
      const { digest } = await stage.push(stage.host, repository);
      const [tagged, byDigest] = [`${stage.host}/${repository}:1`, `${stage.host}/${repository}@${digest}`];
      await stage.signOurselves(kind, tagged);

      const { publicFile } = stage.key(kind);
      const bundle = await stage.cosign3.verify(publicFile, byDigest);
      assert.equal(bundle.status, 0, bundle.stderr);
      assert.match(bundle.stdout, /sigstore\.dev\/cosign\/sign\/v1/, "a bundle was found");
      const legacy = await stage.cosign3.verify(publicFile, tagged, "--new-bundle-format=false");
      assert.equal(legacy.status, 0, legacy.stderr);
      const older = await stage.cosign2.verify(publicFile, tagged);
      assert.equal(older.status, 0, older.stderr);
      for (const identity of ["matchRepository", "matchExact", "unsaid"] as const)
        await assertSkopeo("allowed", kind, identity, tagged);
      await assertSkopeo("allowed", kind, "unsaid", byDigest);

      if (kind !== "P-256") return;
      const stranger = stage.key("stranger").publicFile;
      assert.notEqual((await stage.cosign3.verify(stranger, byDigest)).status, 0);
      assert.notEqual((await stage.cosign2.verify(stranger, byDigest)).status, 0);
      await assertSkopeo("denied", "stranger", "matchRepository", tagged);
    });
  }
});

test("we sign in one format, and nothing is there in the other", { skip }, async () => {
  for (const format of ["legacy", "bundle"]) {
    const repository = `ours-only-${format}`;
    await stage.push(stage.host, repository);
    const name = `${stage.host}/${repository}:1`;
    await stage.signOurselves("P-256", name, "--format", format);
    const { publicFile } = stage.key("P-256");
    assert.equal((await stage.cosign3.verify(publicFile, name)).status, 0, format);
    const legacy = await stage.cosign3.verify(publicFile, name, "--new-bundle-format=false");
    assert.equal(legacy.status === 0, format === "legacy", legacy.stderr);
    await assertSkopeo(format === "legacy" ? "allowed" : "denied", "P-256", "matchExact", name);
    await assertWeAllow("P-256", "matchExact", name);
  }
});

describe("skopeo signs, as podman does; we verify", { skip }, () => {
  for (const kind of KEY_KINDS) {
    test(`${kind}`, async () => {
      const repository = lower("podmans", kind);
      await stage.push(stage.host, `${repository}-source`);
      const [from, to] = [`${stage.host}/${repository}-source:1`, `${stage.host}/${repository}:v2`];
      await stage.skopeo.copySigned(stage.key(kind), from, to);

      await assertSkopeo("allowed", kind, "matchExact", to);
      await assertWeAllow(kind, "matchExact", to);
      if (kind !== "P-256") return;
      await assertWeAllow(kind, "unsaid", to);
      await assertWeAllow(kind, "matchRepository", to);
      await assertWeDeny("signature-invalid", "stranger", "matchExact", to);
    });
  }
});

describe("an image of several platforms", { skip }, () => {
  for (const recursive of [false, true]) {
    const manner = recursive ? "with --recursive" : "without --recursive";
    const options = recursive ? (["--recursive"] as const) : [];

    test(`signed by cosign ${manner}: the index counts, and a platform by itself only if it is signed`, async () => {
      for (const format of ["legacy", "bundle"] as const) {
        const repository = lower("theirs-index", format, manner);
        const index = await stage.push(stage.host, repository, PLATFORMS);
        const name = `${stage.host}/${repository}`;
        const bundle = format === "bundle" ? (["--new-bundle-format"] as const) : [];
        const identity = format === "bundle" ? "matchDigest" : "matchRepository";
        await stage.cosign3.sign(stage.key("P-256"), `${name}@${index.digest}`, ...bundle, ...options);

        await assertWeAllow("P-256", identity, `${name}:1`);
        const child = `${name}@${index.children[1]?.digest}`;
        if (recursive) await assertWeAllow("P-256", identity, child);
        else await assertWeDeny("no-signature", "P-256", identity, child);
      }
    });

    test(`signed by us ${manner}: so it is to cosign and to skopeo`, async () => {
      const repository = lower("ours-index", manner);
      const index = await stage.push(stage.host, repository, PLATFORMS);
      const name = `${stage.host}/${repository}`;
      await stage.signOurselves("P-256", `${name}:1`, ...options);

      const { publicFile } = stage.key("P-256");
      const child = `${name}@${index.children[1]?.digest}`;
      for (const format of [[], ["--new-bundle-format=false"]] as const) {
        assert.equal((await stage.cosign3.verify(publicFile, `${name}:1`, ...format)).status, 0);
        const { status, stderr } = await stage.cosign3.verify(publicFile, child, ...format);
        assert.equal(status === 0, recursive, stderr);
      }
      // Of an index skopeo judges the image that it would run.
      await assertSkopeo(recursive ? "allowed" : "denied", "P-256", "matchExact", `${name}:1`);
    });
  }
});

describe("signatures in a repository of their own", { skip }, () => {
  for (const format of ["legacy", "bundle"] as const) {
    test(`by cosign, ${format}: we find them where we are told to look`, async () => {
      const repository = `theirs-apart-${format}`;
      const { digest } = await stage.push(stage.host, repository);
      const name = `${stage.host}/${repository}`;
      const apart = `${stage.host}/signatures/${format}`;
      const bundle = format === "bundle" ? (["--new-bundle-format"] as const) : [];
      await stage.cosignAt(apart).sign(stage.key("P-256"), `${name}@${digest}`, ...bundle);

      const identity = format === "bundle" ? "matchDigest" : "matchRepository";
      await assertWeAllow("P-256", identity, `${name}:1`, apart);
      await assertWeDeny("no-signature", "P-256", identity, `${name}:1`);
    });
  }

  test("by us: cosign finds them where it is told to look", async () => {
    const { digest } = await stage.push(stage.host, "ours-apart");
    const name = `${stage.host}/ours-apart`;
    const apart = `${stage.host}/signatures/ours`;
    await stage.signOurselves("P-256", `${name}:1`, "--signature-repository", apart);

    const { publicFile } = stage.key("P-256");
    for (const format of [[], ["--new-bundle-format=false"]] as const) {
      const there = await stage.cosignAt(apart).verify(publicFile, `${name}@${digest}`, ...format);
      assert.equal(there.status, 0, there.stderr);
      assert.notEqual((await stage.cosign3.verify(publicFile, `${name}@${digest}`, ...format)).status, 0);
    }
  });
});

test("bundles in a registry that lists referrers: each finds what the other has put there", {
  skip,
}, async () => {
  const { digest } = await stage.push(stage.listing, "theirs");
  await stage.cosign3.sign(stage.key("P-256"), `${stage.listing}/theirs@${digest}`, "--new-bundle-format");
  await assertWeAllow("P-256", "matchDigest", `${stage.listing}/theirs:1`);

  await stage.push(stage.listing, "ours");
  const name = `${stage.listing}/ours:1`;
  await stage.signOurselves("P-256", name, "--format", "bundle");
  const { status, stderr } = await stage.cosign3.verify(stage.key("P-256").publicFile, name);
  assert.equal(status, 0, stderr);
});
