// `countersign sign-image` as it is executed, against registries in this process.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";

import { generatePrivateKey, sealPrivateKey } from "../../../host/signing/keys/private-key.js";
import { makeImage, pushImage } from "../../support/image.js";
import type { Fault } from "../../support/registry/fault.js";
import type { TestRegistry } from "../../support/registry/registry.js";
import { registryFor } from "../registry/setup.js";
import { assertInOrder } from "../signing/job.js";
import { type Finished, finish, runCli, startCli, temporaryFolder } from "./run-cli.js";
import { noTerminal, onTerminal } from "./terminal.js";

const PASSWORD = "correct horse";
const ENV = { COSIGN_PASSWORD: PASSWORD };
const key = generatePrivateKey();
/** Without a password, where it does not matter: a password takes its time. */
const plain = key.object.export({ type: "pkcs8", format: "pem" }) as string;
const sealed = await sealPrivateKey(key, Buffer.from(PASSWORD));

const image = makeImage();
const index = makeImage({ platforms: ["linux/amd64", "linux/arm64"] });

interface Keys {
  readonly privateKey: string;
  readonly publicKey: string;
}

function keysFor(t: TestContext, file = plain): Keys {
  const folder = temporaryFolder(t);
  const [privateKey, publicKey] = [join(folder, "cosign.key"), join(folder, "cosign.pub")];
  writeFileSync(privateKey, file);
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

describe("sign-image's names", () => {
  test("TARGET takes the tag of SOURCE; a layout is a source by its only image, and a target by a tag", async (t) => {
    const source = await registryFor(t);
    const target = await registryFor(t);
    pushImage(source, "a", image, "v7");
    const keys = keysFor(t);
    const layout = join(temporaryFolder(t), "layout");
    const copied = await sign(keys, `docker://${source.host}/a:v7`, `oci:${layout}`);
    assert.match(copied.stdout, new RegExp(`^signed ${source.host}/a:v7@${image.digest} with key `));
    const pushed = await sign(keys, `oci:${layout}`, `${target.host}/b:v8`, "--format", "legacy");
    assert.equal(pushed.status, 0, pushed.stderr);
    assert.deepEqual(namesUnderTag(target, "b", image.digest), [`${target.host}/b`, `${target.host}/b:v8`]);
    const inPlace = JSON.parse(
      (await sign(keys, `oci:${layout}`, `oci:${layout}`, "--sign-identity", "r.test/a", "--json")).stdout,
    );
    assert.equal(inPlace.name, "r.test/a");
    const index = JSON.parse(readFileSync(join(layout, "index.json"), "utf8"));
    const images = index.manifests.filter(({ digest }: { digest: string }) => digest === image.digest);
    assert.equal(images.length, 1);
  });

  test("by digest there is no tag, and nothing but signatures is pushed", async (t) => {
    const registry = await registryFor(t, { referrers: true });
    pushImage(registry, "a", image);
    const name = `${registry.host}/a`;
    const result = JSON.parse((await sign(keysFor(t), `${name}@${image.digest}`, name, "--json")).stdout);
    const tag = `${image.digest.replace(":", "-")}.sig`;
    assert.deepEqual([result.name, result.tags], [name, [tag]]);
    assert.deepEqual([...registry.repository("a").tags.keys()], [tag]);
    assert.deepEqual(namesUnderTag(registry, "a", image.digest), [name]);
  });

  test("--sign-identity, --signature-repository, -a and -r do what they say", async (t) => {
    const registry = await registryFor(t);
    pushImage(registry, "a", index, "v1");
    const name = `${registry.host}/a:v1`;
    const options = ["--sign-identity", "r.test/x:1", "--signature-repository", `${registry.host}/s`];
    const annotated = ["-a", "b=1", "-a", "a=x=y", "-r"];
    const { status, stderr } = await sign(keysFor(t), name, name, ...options, ...annotated);
    assert.equal(stderr, "");
    assert.equal(status, 0);
    for (const { digest } of [index, ...index.children])
      assert.deepEqual(namesUnderTag(registry, "s", digest), ["r.test/x", "r.test/x:1"]);
    assert.deepEqual([...registry.repository("a").tags.keys()], ["v1"]);
    const payload = [...registry.repository("s").blobs.values()].map((blob) => Buffer.from(blob).toString());
    assert.ok(payload.some((text) => text.endsWith('"optional":{"a":"x=y","b":"1"}}')));
  });
});

const plainP224 = generateKeyPairSync("ec", { namedCurve: "secp224r1" });
const otherKey = generatePrivateKey();

/** What is wrong with a call that is right but for it, and what is said about it. */
interface Mistake {
  readonly env?: Record<string, string>;
  readonly source?: string;
  readonly target?: string;
  readonly privateKey?: string;
  readonly publicKey?: string;
  readonly options?: readonly string[];
  readonly onRequest?: (method: string) => Fault | undefined;
  readonly status: 2 | 3;
  readonly says: RegExp;
}

const MISTAKES: Readonly<Record<string, Mistake>> = {
  "a wrong password": {
    privateKey: sealed,
    env: { COSIGN_PASSWORD: "wrong" },
    status: 2,
    says: /cosign\.key: wrong password$/,
  },
  "a public key of another": {
    publicKey: otherKey.publicKey.pem,
    status: 2,
    says: /cosign\.pub: the public key does not belong to the private key$/,
  },
  "a public key that is none": {
    publicKey: "no key",
    status: 2,
    says: /cosign\.pub: no key in the PEM file$/,
  },
  "a private key of another kind": {
    privateKey: plainP224.privateKey.export({ type: "pkcs8", format: "pem" }) as string,
    status: 2,
    says: /cosign\.key: the curve is none of P-256, P-384 and P-521: secp224r1$/,
  },
  "a TARGET with a digest": {
    target: `HOST/b@sha256:${"0".repeat(64)}`,
    status: 2,
    says: /^countersign: TARGET must not have a digest/,
  },
  "a TARGET with a tag and a digest": {
    target: `HOST/b:v1@sha256:${"0".repeat(64)}`,
    status: 2,
    says: /^countersign: TARGET must not have a digest/,
  },
  "a TARGET that is no name": { target: "HOST/B", status: 2, says: /^countersign: TARGET: / },
  "a TARGET that can be read only": { target: "oci-archive:b.tar:1", status: 2, says: /can be read only/ },
  "a SOURCE without such a tag": { source: "HOST/a:v2", status: 3, says: /\/a has no image "v2"$/ },
  "a SOURCE without such a repository": { source: "HOST/none:v1", status: 3, says: /has no image "v1"$/ },
  "a SOURCE that is no layout": {
    source: "oci:/nonexistent:v1",
    status: 3,
    says: /cannot be read \(ENOENT\)$/,
  },
  "a SOURCE that does not answer": {
    source: "127.0.0.1:1/a:v1",
    status: 3,
    says: /^countersign: registry-unavailable: 127\.0\.0\.1:1\/a: connection refused$/,
  },
  "no right to push": {
    onRequest: (method) => (method === "GET" ? undefined : { status: 403 }),
    status: 3,
    says: /registry-unauthorized: /,
  },
  "a format there is not": {
    options: ["--format", "x"],
    status: 2,
    says: /--format: "x" is none of legacy, bundle, both$/,
  },
  "an annotation without value": {
    options: ["-a", "x"],
    status: 2,
    says: /--annotations: "x" is not KEY=VALUE$/,
  },
  "an annotation given twice": {
    options: ["-a", "x=1", "-a", "x=2"],
    status: 2,
    says: /--annotations: "x" is given twice$/,
  },
  "an identity with a digest": {
    options: ["--sign-identity", `r.test/a@sha256:${"0".repeat(64)}`],
    status: 2,
    says: /--sign-identity is the name of an image in a registry, without a digest$/,
  },
  "a signature repository with a tag": {
    options: ["--signature-repository", "r.test/a:1"],
    status: 2,
    says: /--signature-repository: "r\.test\/a:1" is not HOST\/REPOSITORY$/,
  },
  "a policy that is not there": {
    options: ["--policy", "/nonexistent/policy.json"],
    status: 2,
    says: /no-policy: no policy at \/nonexistent\/policy\.json$/,
  },
};

describe("sign-image refuses, and pushes nothing:", () => {
  for (const [name, mistake] of Object.entries(MISTAKES)) {
    test(name, async (t) => {
      const source = await registryFor(t);
      const target = await registryFor(t, { onRequest: ({ method }) => mistake.onRequest?.(method) });
      pushImage(source, "a", image, "v1");
      const keys = keysFor(t);
      if (mistake.privateKey !== undefined) writeFileSync(keys.privateKey, mistake.privateKey);
      if (mistake.publicKey !== undefined) writeFileSync(keys.publicKey, mistake.publicKey);
      const from = (mistake.source ?? "HOST/a:v1").replace("HOST", source.host);
      const to = (mistake.target ?? "HOST/b:v1").replace("HOST", target.host);
      const operands = [from, to, keys.privateKey, keys.publicKey, ...(mistake.options ?? [])];
      assertRefused(await runCli(["sign-image", ...operands], { ...ENV, ...mistake.env }), mistake);
      assert.equal(target.repository("b").manifests.size, 0);
      assert.equal(target.repository("b").blobs.size, 0);
    });
  }

  test("key files that cannot be read, and a layout that nobody has named", async (t) => {
    const registry = await registryFor(t);
    pushImage(registry, "a", image, "v1");
    const keys = keysFor(t);
    const name = `${registry.host}/a:v1`;
    const folder = temporaryFolder(t);
    const no = join(folder, "no");
    const unreadable = /no cannot be read: ENOENT$/;
    assertRefused(await sign({ ...keys, privateKey: no }, name, name), { status: 2, says: unreadable });
    assertRefused(await sign({ ...keys, publicKey: no }, name, name), { status: 2, says: unreadable });
    const missing = await runCli(["sign-image", name, name, keys.privateKey], ENV);
    assertRefused(missing, { status: 2, says: /PUBLIC-KEY is missing: see/ });
    const surplus = await sign(keys, name, name, "surplus");
    assertRefused(surplus, { status: 2, says: /unexpected "surplus": see/ });

    const untagged = await sign(keys, `${registry.host}/a@${image.digest}`, `oci:${no}`);
    assertRefused(untagged, { status: 2, says: /TARGET needs a tag, as in oci:DIR:TAG/ });
    const layout = join(folder, "layout");
    await sign(keys, name, `oci:${layout}:v1`);
    const nameless = await sign(keys, `oci:${layout}:v1`, `oci:${no}:v1`);
    assertRefused(nameless, { status: 2, says: /--sign-identity NAME is needed/ });
    assert.ok(!existsSync(no));
    assert.ok(registry.requests.every(({ method }) => method === "GET"));
  });
});

function assertRefused({ status, stdout, stderr }: Finished, wanted: Pick<Mistake, "status" | "says">): void {
  assert.match(stderr, /^countersign: [^\n]+\n$/);
  assert.match(stderr.trimEnd(), wanted.says);
  assert.equal(stdout, "");
  assert.equal(status, wanted.status);
}

test("a signature that the policy denies all the same is no success, and has no tag", async (t) => {
  const registry = await registryFor(t);
  pushImage(registry, "a", image, "v1");
  const policy = join(temporaryFolder(t), "policy.json");
  const keyData = Buffer.from(otherKey.publicKey.pem).toString("base64");
  writeFileSync(policy, JSON.stringify({ default: [{ type: "sigstoreSigned", keyData }] }));
  const result = await sign(keysFor(t), `${registry.host}/a:v1`, `${registry.host}/b:v1`, "--policy", policy);
  assert.equal(result.status, 1);
  assert.equal(result.stdout, "");
  assert.match(result.stderr, /is signed but denied by the policy: signature-invalid: /);
  const args = [`${registry.host}/a:v1`, `${registry.host}/b:v1`, "--policy", policy, "--json"] as const;
  const { ok, code, name, digest } = JSON.parse((await sign(keysFor(t), ...args)).stdout);
  assert.deepEqual(
    [ok, code, name, digest],
    [false, "signature-invalid", `${registry.host}/b:v1`, image.digest],
  );
  assert.equal(registry.repository("b").tags.get("v1"), undefined);
});

test("killed at any write, it leaves nothing out of order, and the next run completes", async (t) => {
  const source = await registryFor(t);
  pushImage(source, "a", image, "v1");
  const keys = keysFor(t);
  for (let k = 0; ; k += 3) {
    let writes = 0;
    let kill: (() => void) | null = null;
    const target = await registryFor(t, {
      onRequest: ({ method }) => {
        if (kill === null || method !== "PUT" || writes++ < k) return undefined;
        kill();
        return { manner: "silence" };
      },
    });
    const operands = [`${source.host}/a:v1`, `${target.host}/b:v1`, keys.privateKey, keys.publicKey];
    const child = startCli(["sign-image", ...operands], ENV);
    kill = () => child.kill("SIGKILL");
    const { status } = await finish(child);
    assertInOrder(target, "b");
    if (status === 0) {
      assert.ok(k >= 8);
      return;
    }
    assert.equal(target.repository("b").tags.get("v1"), undefined);
    kill = null;
    assert.equal((await sign(keys, `${source.host}/a:v1`, `${target.host}/b:v1`)).status, 0);
    assertInOrder(target, "b");
    assert.deepEqual(namesUnderTag(target, "b", image.digest), [`${target.host}/b`, `${target.host}/b:v1`]);
    assert.equal(target.repository("b").tags.get("v1"), image.digest);
  }
});

describe("on a terminal", { skip: noTerminal }, () => {
  test("the password is asked for unseen, then every blob is shown with its size and rate", async (t) => {
    const source = await registryFor(t);
    const target = await registryFor(t);
    pushImage(source, "a", image, "v1");
    const keys = keysFor(t, sealed);
    const operands = [`${source.host}/a:v1`, `${target.host}/b:v1`, keys.privateKey, keys.publicKey];
    const prompt = "Enter password for private key: ";
    const shown = await onTerminal(["sign-image", ...operands], [[prompt, `${PASSWORD}\n`]]);
    assert.ok(!shown.includes(PASSWORD));
    for (const { length } of image.blobs) assert.ok(length > 0);
    const lines = shown.match(/sha256:[0-9a-f]{12} {2}0\.0 MB {2}copied, \d+\.\d MB\/s\n/g) ?? [];
    assert.equal(lines.length, image.blobs.length, JSON.stringify(shown));
    assert.match(shown, /signed \S+\/b:v1@sha256:/);
    assert.match(shown, /status 0: echo$/);
  });
});
