// From a question to a real registry, in this process, and back: what is asked for, when, and over what.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";

import type { Image } from "#component/types";
import { PolicyCore } from "../../../host/core/core.js";
import { RegistryClient } from "../../../host/registry/client.js";
import { Verifier } from "../../../host/service/verifier.js";
import { BlobStore } from "../../../host/sources/blob-store.js";
import { RegistrySource } from "../../../host/sources/registry-source.js";
import { SourceWithStore } from "../../../host/sources/source-with-store.js";
import { makeImage } from "../../support/image.js";
import {
  startRegistry,
  type TestRegistry,
  type TestRegistryOptions,
} from "../../support/registry/registry.js";
import { descriptorOf, generateKey, pushImage, pushSigned } from "../../support/sign.js";
import { AuditDouble } from "./audit-double.js";
import { loaded } from "./core-double.js";
import { Gate } from "./gate.js";

const REPOSITORY = "automata/app";
const USER = { username: "ada", password: "secret" };

test("manifest, cosign's tag and referrers are asked for at once", async (t) => {
  const gate = new Gate();
  let arrived = 0;
  const { verify, asked } = await setUp(t, {
    hold: async () => {
      if (++arrived === 3) gate.open();
      await gate.opened;
    },
  });
  assert.equal((await verify()).ok, true);
  assert.deepEqual(asked().slice(0, 3).sort(), ["manifests", "manifests", "referrers"]);
  assert.deepEqual(asked().slice(3), ["blobs"]);
});

test("connections are kept: many verifications need hardly more than one does", async (t) => {
  const { verify, registry } = await setUp(t, {});
  for (let i = 0; i < 20; i++) assert.equal((await verify()).ok, true);
  assert.equal(registry.requests.length, 20 * 4);
  assert.ok(registry.connections <= 8, `${registry.connections} connections`);
});

test("a token is asked for once for all that is asked in a repository, and the next time not at all", async (t) => {
  const authentication = { kind: "bearer", user: USER, expiresIn: 300 } as const;
  const { verify, registry } = await setUp(t, { authentication });
  for (let i = 0; i < 3; i++) assert.equal((await verify()).ok, true);
  assert.equal(registry.requests.filter(({ path }) => path.startsWith("/token")).length, 1);
});

test("with blobs on disk a daemon that was restarted asks for what may change, and for no blob", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "countersign-path-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const { start, asked } = await setUp(t, {});
  for (const blobs of [1, 0]) {
    const before = asked().length;
    const { verify, stop } = start(await BlobStore.open(folder, 1e6, assert.fail));
    assert.equal((await verify()).ok, true);
    await stop();
    const kinds = asked().slice(before);
    assert.equal(kinds.filter((kind) => kind === "blobs").length, blobs);
    assert.equal(kinds.filter((kind) => kind !== "blobs").length, 3);
  }
});

async function setUp(t: TestContext, options: TestRegistryOptions) {
  const registry = await startRegistry({ referrers: true, ...options });
  t.after(() => registry.close());
  const key = generateKey();
  const content = makeImage();
  pushImage(registry, REPOSITORY, content, "1");
  pushSigned(registry, REPOSITORY, content.digest, key.privateKey);
  const image: Image = {
    transport: "docker",
    name: `${registry.host}/${REPOSITORY}:1`,
    mode: "containerd",
    digest: content.digest,
    descriptor: Buffer.from(JSON.stringify(descriptorOf(content))),
  };
  const state = loaded(PolicyCore.load(policyFor(key.publicPem), () => null));

  const start = (store?: BlobStore) => {
    const client = new RegistryClient({ plainHttp: [], credentials: { lookup: async () => USER } });
    const registries = new RegistrySource(client);
    const source = store === undefined ? registries : new SourceWithStore(registries, store);
    const verifier = new Verifier({ policy: () => state, source, audit: new AuditDouble() });
    return { verify: () => verifier.verify(image), stop: () => source.close() };
  };
  const { verify, stop } = start();
  t.after(stop);
  return { registry, start, verify, asked: () => kindsAsked(registry) };
}

function policyFor(publicPem: string): Buffer {
  const keyData = Buffer.from(publicPem).toString("base64");
  const requirement = { type: "sigstoreSigned", keyData, signedIdentity: { type: "matchRepository" } };
  return Buffer.from(JSON.stringify({ default: [requirement] }));
}

/** What was asked for under `/v2/`, by kind. */
function kindsAsked({ requests }: TestRegistry): string[] {
  return requests.flatMap(({ path }) => /^\/v2\/.*\/(manifests|referrers|blobs)\//.exec(path)?.[1] ?? []);
}
