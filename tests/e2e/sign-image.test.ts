// sign-image with a real registry, which has no referrers API: behind passwords and tokens, cut off, killed, and many at once.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { IMAGE_MANIFESTS, OCI_INDEX } from "../../host/oci/media-types.js";
import { RegistryClient } from "../../host/registry/client.js";
import { anonymous } from "../../host/registry/credentials/source.js";
import { RegistryImageReader } from "../../host/registry/image-reader.js";
import { RegistryImageWriter } from "../../host/registry/image-writer.js";
import { PATIENT_RETRY } from "../../host/registry/retry.js";
import { Transport } from "../../host/registry/transport.js";
import { stoppedClock } from "../host/registry/setup.js";
import { sign, signer } from "../host/signing/job.js";
import { MAIN } from "../support/countersign/cli.js";
import { makeImage } from "../support/image.js";
import { Parts } from "../support/parts.js";
import { pushOverHttp, signatureTag } from "../support/peers/content.js";
import { Cosign, type CosignKey } from "../support/peers/cosign.js";
import { type Access, DockerRegistry } from "../support/peers/docker-registry.js";
import { findPeers } from "../support/peers/peers.js";
import { RegistryProxy } from "../support/peers/registry-proxy.js";
import { authFile } from "../support/peers/registry-user.js";
import { Skopeo } from "../support/peers/skopeo.js";
import { TokenServer } from "../support/peers/token-server.js";
import { type Finished, finish } from "../support/process.js";

const peers = findPeers();
const skip = "unavailable" in peers ? peers.unavailable : false;
const image = makeImage();

let parts: Parts;
let open: DockerRegistry;
let cosign: Cosign;
let key: CosignKey;
before(async () => {
  if ("unavailable" in peers) return;
  parts = await Parts.gather(async (parts) => {
    open = parts.add(await DockerRegistry.start(peers, parts.folder));
    cosign = new Cosign(peers, parts.folder);
    key = await cosign.generateKey("cosign");
    return parts;
  });
});
after(() => parts?.stop());

/** A registry with the content of the open one, for those who may. */
async function registryFor(access: Access): Promise<DockerRegistry> {
  if ("unavailable" in peers) throw new Error(peers.unavailable);
  return parts.add(await DockerRegistry.start(peers, parts.folder, access));
}

function signImage(source: string, target: string, ...options: string[]): Promise<Finished> {
  const args = [MAIN, "sign-image", source, target, key.privateFile, key.publicFile, ...options];
  return finish(process.execPath, args, { env: environment() });
}

function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env["PATH"], HOME: parts.folder, COSIGN_PASSWORD: "" };
}

/** Fails unless cosign finds both kinds of signatures, and skopeo those that name the tag. */
async function assertAccepted(name: string): Promise<void> {
  if ("unavailable" in peers) return;
  for (const options of [[], ["--new-bundle-format=false"]] as const) {
    const { status, stderr } = await cosign.verify(key.publicFile, name, ...options);
    assert.equal(status, 0, stderr);
  }
  const policy = join(parts.folder, "policy.json");
  const requirement = {
    type: "sigstoreSigned",
    keyPath: key.publicFile,
    signedIdentity: { type: "matchExact" },
  };
  await writeFile(policy, JSON.stringify({ default: [requirement] }));
  const skopeo = await Skopeo.prepare(peers, parts.folder);
  assert.deepEqual(await skopeo.judge(policy, name), { is: "allowed", because: "" });
}

describe("sign-image with a real registry", { skip }, () => {
  for (const kind of ["password", "token"] as const) {
    test(`signs behind a ${kind}; whoever lacks it pushes nothing`, async () => {
      const access = kind === "token" ? parts.add(await TokenServer.start()) : kind;
      const registry = await registryFor(access);
      const repository = `private/${kind}`;
      await pushOverHttp(open.host, `source/${kind}`, image, "v1");
      const [source, target] = [`${open.host}/source/${kind}:v1`, `${registry.host}/${repository}:v1`];

      const refused = await signImage(source, target);
      assert.equal(refused.status, 3);
      assert.match(refused.stderr, /registry-unauthorized: /);
      const nothing = await fetch(`http://${open.host}/v2/${repository}/tags/list`);
      assert.equal(nothing.status, 404);

      const credentials = join(parts.folder, `${kind}.json`);
      await writeFile(credentials, authFile(registry.host));
      const options = ["--auth-file", credentials, "--json"];
      const realm = access instanceof TokenServer ? ["--token-realm", access.host] : [];
      const { status, stdout, stderr } = await signImage(source, target, ...options, ...realm);
      assert.equal(status, 0, stderr);
      assert.equal(JSON.parse(stdout).added, 3);
      const unlocked = await signImage(`${open.host}/${repository}:v1`, `${open.host}/${repository}:v1`);
      assert.equal(unlocked.status, 0, unlocked.stderr);
      await assertAccepted(`${open.host}/${repository}:v1`);
    });
  }

  test("a cut in any one request is got over", async () => {
    let cut = -1;
    let seen = 0;
    const proxy = await RegistryProxy.start(open.host, () =>
      seen++ === cut ? { manner: "reset" } : undefined,
    );
    const clock = stoppedClock();
    const options = { plainHttp: [], credentials: anonymous, clock, retry: PATIENT_RETRY };
    const transport = new Transport(options);
    try {
      await pushOverHttp(open.host, "cut/source", image, "v1");
      let requests = 1;
      for (cut = -1; cut < requests; cut++) {
        seen = 0;
        const repository = `cut/${cut + 1}`;
        const source = new RegistryImageReader(transport, { registry: open.host, repository: "cut/source" });
        const target = new RegistryImageWriter(transport, { registry: proxy.host, repository });
        const identity = { repository: `${open.host}/${repository}`, tag: "v1" };
        const { signed } = await sign(source, "v1", target, identity, { signer });
        assert.equal(signed[0]?.legacy?.added, 2);
        assert.equal(signed[0]?.bundle?.added, true);
        const tagged = await new RegistryClient(transport).manifest(
          { registry: open.host, repository, reference: "v1" },
          { accept: IMAGE_MANIFESTS, maxBytes: 10_000, signal: AbortSignal.timeout(10_000) },
        );
        assert.equal(tagged?.digest, image.digest);
        if (cut === -1) requests = seen;
      }
      assert.ok(requests >= 30);
    } finally {
      await transport.close();
      await proxy.stop();
    }
  });

  test("killed in the middle it leaves no signature of what is not there, and the next run completes", async () => {
    await pushOverHttp(open.host, "kill/source", image, "v1");
    for (const lastWrite of [1, 4, 6, 8]) {
      let writes = 0;
      let child: ReturnType<typeof spawn> | undefined;
      const proxy = await RegistryProxy.start(open.host, ({ method }) => {
        if (method !== "PUT" || ++writes < lastWrite) return undefined;
        child?.kill("SIGKILL");
        return { manner: "silence" };
      });
      const repository = `kill/${lastWrite}`;
      const names = [`${open.host}/kill/source:v1`, `${proxy.host}/${repository}:v1`];
      child = spawn(process.execPath, [MAIN, "sign-image", ...names, key.privateFile, key.publicFile], {
        env: environment(),
        stdio: "ignore",
      });
      await once(child, "exit");
      await proxy.stop();
      assert.equal(child.signalCode, "SIGKILL");
      assert.equal(await statusOf(`${repository}/manifests/v1`), 404);
      for (const tag of [signatureTag(image.digest), image.digest.replace(":", "-")]) {
        if ((await statusOf(`${repository}/manifests/${tag}`)) === 200)
          assert.equal(await statusOf(`${repository}/manifests/${image.digest}`), 200);
      }
      const name = `${open.host}/${repository}:v1`;
      const again = await signImage(`${open.host}/kill/source:v1`, name);
      assert.equal(again.status, 0, again.stderr);
    }
    await assertAccepted(`${open.host}/kill/8:v1`);
  });

  test("four that sign at once lose nothing", async () => {
    await pushOverHttp(open.host, "crowd", image, "v1");
    const name = `${open.host}/crowd:v1`;
    const signers = Array.from({ length: 4 }, (_, i) => signImage(name, name, "-a", `n=${i}`));
    for (const { status, stderr } of await Promise.all(signers)) assert.equal(status, 0, stderr);
    const { stdout } = await cosign.verify(key.publicFile, name, "--new-bundle-format=false");
    const found = JSON.parse(stdout).map(
      ({ critical, optional }: { critical: { identity: object }; optional: object }) =>
        JSON.stringify([critical.identity, optional]),
    );
    assert.equal(new Set(found).size, 8);
    const tag = image.digest.replace(":", "-");
    const headers = { accept: OCI_INDEX };
    const index = await fetch(`http://${open.host}/v2/crowd/manifests/${tag}`, { headers });
    assert.equal(((await index.json()) as { manifests: object[] }).manifests.length, 4);
  });
});

async function statusOf(path: string): Promise<number> {
  const headers = { accept: IMAGE_MANIFESTS.join(", ") };
  const response = await fetch(`http://${open.host}/v2/${path}`, { headers });
  await response.arrayBuffer();
  return response.status;
}
