// `countersign sign-image` as it is executed, against registries in this process.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";

import { generatePrivateKey, sealPrivateKey } from "../../../host/signing/keys/private-key.js";
import { makeImage, pushImage } from "../../support/image.js";
import type { TestRegistry } from "../../support/registry/registry.js";
import { registryFor } from "../registry/setup.js";
import { runCli, temporaryFolder } from "./run-cli.js";

const PASSWORD = "correct horse";
const ENV = { COSIGN_PASSWORD: PASSWORD };
const key = generatePrivateKey();
const sealed = await sealPrivateKey(key, Buffer.from(PASSWORD));

const image = makeImage();
const index = makeImage({ platforms: ["linux/amd64", "linux/arm64"] });

interface Keys {
  readonly privateKey: string;
  readonly publicKey: string;
}

function keysFor(t: TestContext): Keys {
  const folder = temporaryFolder(t);
  const [privateKey, publicKey] = [join(folder, "cosign.key"), join(folder, "cosign.pub")];
  writeFileSync(privateKey, sealed);
  writeFileSync(publicKey, key.publicKey.pem);
  return { privateKey, publicKey };
}

function sign(keys: Keys, source: string, target: string, ...options: string[]) {
  return runCli(["sign-image", source, target, keys.privateKey, keys.publicKey, ...options], ENV);
}

/** The names an image has been signed as under cosign's tag. */
function namesUnderTag(registry: TestRegistry, repository: string, digest: string): string[] {
  const { tags, manifests, blobs } = registry.repository(repository);
  const manifest = manifests.get(tags.get(`${digest.replace(":", "-")}.sig`) ?? "");
  if (manifest === undefined) return [];
  const { layers } = JSON.parse(Buffer.from(manifest.bytes).toString());
  return layers.map((layer: { digest: string }) => {
    const payload = JSON.parse(Buffer.from(blobs.get(layer.digest) ?? []).toString());
    assert.equal(payload.critical.image["docker-manifest-digest"], digest);
    return payload.critical.identity["docker-reference"];
  });
}

describe("sign-image", () => {
  for (const referrers of [false, true]) {
    test(`copies, signs in both formats, tags last; ${referrers ? "with" : "without"} referrers API`, async (t) => {
      const source = await registryFor(t);
      const target = await registryFor(t, { referrers });
      pushImage(source, "a", index, "v1");
      const name = `${target.host}/b/c`;
      const { status, stdout, stderr } = await sign(
        keysFor(t),
        `${source.host}/a:v1`,
        `${name}:v2`,
        "--json",
      );
      assert.equal(stderr, "");
      assert.equal(status, 0);
      const result = JSON.parse(stdout);
      const hex = index.digest.replace(":", "-");
      assert.equal(result.digest, index.digest);
      assert.equal(result.name, `${name}:v2`);
      assert.deepEqual(result.tags, ["v2", `${hex}.sig`, ...(referrers ? [] : [hex])]);
      assert.equal(result.referrers.length, 1);
      assert.equal(result.fingerprint, key.publicKey.fingerprint);
      assert.equal(result.added, 3);
      assert.deepEqual(namesUnderTag(target, "b/c", index.digest), [name, `${name}:v2`]);
      assert.equal(target.repository("b/c").tags.get("v2"), index.digest);
      const puts = target.requests.filter(({ method }) => method === "PUT");
      assert.ok(puts.at(-1)?.path.endsWith("/manifests/v2"));
    });

    test(`signing again adds nothing; ${referrers ? "with" : "without"} referrers API`, async (t) => {
      const registry = await registryFor(t, { referrers });
      pushImage(registry, "a", image, "v1");
      const keys = keysFor(t);
      const name = `${registry.host}/a:v1`;
      const first = JSON.parse((await sign(keys, name, name, "--json")).stdout);
      registry.requests.length = 0;
      const again = JSON.parse((await sign(keys, name, name, "--json")).stdout);
      assert.deepEqual(again, { ...first, added: 0 });
      assert.ok(registry.requests.every(({ method }) => method === "GET"));
    });
  }
});
