// Images signed per platform, composed from a seed, with a real skopeo as the judge of each platform: the index, which nobody
// has signed, is allowed if skopeo takes every one of its images. (Of an index by itself skopeo has no verdict.)

import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { MAIN } from "../support/countersign/cli.js";
import { Parts } from "../support/parts.js";
import { findPeers } from "../support/peers/peers.js";
import { finish } from "../support/process.js";
import { startRegistry, type TestRegistry } from "../support/registry/registry.js";
import {
  generateKey,
  makeImage,
  pushImage,
  pushSignatures,
  type SigningKey,
  signLegacy,
  type TestImage,
} from "../support/sign.js";

const peers = findPeers();
const skip = "unavailable" in peers ? peers.unavailable : false;

const SEED = 20_261_125;
const IMAGES = 16;
const ARCHITECTURES = ["amd64", "arm64", "s390x"];
const IDENTITIES = [undefined, { type: "matchRepository" }, { type: "matchExact" }];

/** Numbers from 0 up to, but not including, `below`: the same ones for the same seed (mulberry32). */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

interface Keys {
  readonly team: SigningKey;
  readonly stranger: SigningKey;
}

describe("an index composed from a seed", () => {
  const next = chance(SEED);
  let parts: Parts;
  let registry: TestRegistry;
  let names: string[] = [];

  before(async () => {
    if ("unavailable" in peers) return;
    parts = await Parts.gather(async (gathered) => {
      registry = await startRegistry();
      gathered.add({ stop: () => registry.close() });
      const keys: Keys = { team: generateKey(), stranger: generateKey() };
      const at = (name: string) => join(gathered.folder, name);
      await writeFile(at("team.pub"), keys.team.publicPem);
      const scopes: Record<string, object[]> = {};
      names = Array.from({ length: IMAGES }, (_, i) => {
        const repository = `composed/image-${i}`;
        const image = makeImage({
          seed: repository,
          platforms: ARCHITECTURES.slice(0, 1 + next(ARCHITECTURES.length)).map((name) => `linux/${name}`),
        });
        pushImage(registry, repository, image, "1");
        // Mostly well signed, so that not all are denied.
        const isSigned = next(4) > 0;
        for (const part of image.children)
          sign(registry, repository, part, keys, isSigned ? next(12) : next(3));
        const signedIdentity = IDENTITIES[next(IDENTITIES.length)];
        const requirement = { type: "sigstoreSigned", keyPath: at("team.pub"), signedIdentity };
        scopes[`${registry.host}/${repository}`] = [requirement];
        return `${registry.host}/${repository}:1`;
      });
      const policy = { default: [{ type: "reject" }], transports: { docker: scopes } };
      await writeFile(at("policy.json"), JSON.stringify(policy));
      await mkdir(at("registries.d"));
      await writeFile(at("registries.d/all.yaml"), "default-docker: {use-sigstore-attachments: true}\n");
      return gathered;
    });
  });
  after(() => parts?.stop());

  test(`${IMAGES} of them, seed ${SEED}: skopeo's verdicts on its platforms make ours on the index`, {
    skip,
  }, async () => {
    const at = (name: string) => join(parts.folder, name);
    const args = ["verify", "--policy", at("policy.json"), "--json", ...names];
    const { stdout } = await finish(process.execPath, [MAIN, ...args], {
      env: { ...process.env, HOME: parts.folder },
    });
    const ours = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    let allowed = 0;
    for (const [i, name] of names.entries()) {
      const index = JSON.parse(Buffer.from(await manifestOf(registry, i)).toString());
      const takes = await Promise.all(
        index.manifests.map(({ platform }: { platform: { architecture: string } }) =>
          skopeoTakes(name, platform.architecture),
        ),
      );
      const expected = takes.every(Boolean);
      if (expected) allowed++;
      assert.equal(ours[i].ok, expected, `${name}: skopeo ${takes}; ${ours[i].reason}`);
    }
    assert.ok(
      allowed >= 3 && allowed <= IMAGES - 3,
      `${allowed} of ${IMAGES} allowed: a poor choice of images`,
    );
  });

  async function skopeoTakes(name: string, architecture: string): Promise<boolean> {
    const at = (file: string) => join(parts.folder, file);
    const target = at(`copy-${Math.random()}`);
    const { status, stderr } = await finish(
      join("unavailable" in peers ? "" : peers.bin, "skopeo"),
      [
        ...["--policy", at("policy.json"), "--registries.d", at("registries.d")],
        ...["--override-os", "linux", "--override-arch", architecture, "copy", "--quiet"],
        ...["--remove-signatures", "--src-tls-verify=false", `docker://${name}`, `dir:${target}`],
      ],
      { env: { ...process.env, HOME: parts.folder } },
    );
    await rm(target, { recursive: true, force: true });
    if (status !== 0) assert.match(stderr, /Source image rejected/);
    return status === 0;
  }
});

async function manifestOf(registry: TestRegistry, i: number): Promise<ArrayBuffer> {
  const url = `http://${registry.host}/v2/composed/image-${i}/manifests/1`;
  const accept = "application/vnd.oci.image.index.v1+json";
  return (await fetch(url, { headers: { accept } })).arrayBuffer();
}

/** One or two signatures, mostly good ones; `kind` below 3 is what is wrong with it. */
function sign(
  registry: TestRegistry,
  repository: string,
  { digest }: TestImage,
  keys: Keys,
  kind: number,
): void {
  if (kind === 0) return;
  const place = `${registry.host}/${repository}`;
  const by = (key: SigningKey, dockerReference: string, manifestDigest = digest) =>
    signLegacy({ privateKey: key.privateKey, dockerReference, manifestDigest });
  const good = by(keys.team, kind % 2 === 0 ? `${place}:1` : place);
  const signatures = [by(keys.stranger, place), by(keys.team, `${place}:1`, `sha256:${"0".repeat(64)}`)];
  pushSignatures(
    registry,
    repository,
    digest,
    kind < 3 ? signatures.slice(0, kind) : kind < 6 ? [...signatures, good] : [good],
  );
}
