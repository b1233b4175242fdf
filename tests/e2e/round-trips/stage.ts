// Signers and verifiers of three makers over one registry.
import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { namedImage } from "../../../host/cli/named-image.js";
import { registrySource } from "../../../host/cli/registry-options.js";
import { loadPolicy } from "../../../host/service/policy-file.js";
import { type Verdict, Verifier } from "../../../host/service/verifier.js";
import { countersign } from "../../support/countersign/cli.js";
import { makeImage, type TestImage } from "../../support/image.js";
import { Parts } from "../../support/parts.js";
import { pushOverHttp } from "../../support/peers/content.js";
import { Cosign, type CosignKey } from "../../support/peers/cosign.js";
import { DockerRegistry } from "../../support/peers/docker-registry.js";
import type { Peers } from "../../support/peers/peers.js";
import { Skopeo } from "../../support/peers/skopeo.js";
import { startRegistry } from "../../support/registry/registry.js";

const ec = (namedCurve: string) => () => generateKeyPairSync("ec", { namedCurve }).privateKey;
const KINDS: Readonly<Record<string, () => KeyObject>> = {
  "P-256": ec("P-256"),
  "P-384": ec("P-384"),
  "P-521": ec("P-521"),
  RSA: () => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey,
  Ed25519: () => generateKeyPairSync("ed25519").privateKey,
};
export const KEY_KINDS = Object.keys(KINDS);

/** The last part of a policy's requirement. */
export type Identity = "matchRepository" | "matchExact" | "matchDigest" | "unsaid";

export class Stage {
  readonly #parts: Parts;
  readonly #peers: Peers;
  #policies = 0;

  private constructor(
    parts: Parts,
    peers: Peers,
    /** The distribution registry, which has no list of referrers. */
    readonly host: string,
    /** One that has. */
    readonly listing: string,
    readonly cosign3: Cosign,
    readonly cosign2: Cosign,
    readonly skopeo: Skopeo,
    /** By kind, cosign's files without a password; and of a stranger. */
    readonly keys: ReadonlyMap<string, CosignKey>,
  ) {
    this.#parts = parts;
    this.#peers = peers;
  }

  static start(peers: Peers): Promise<Stage> {
    return Parts.gather(async (parts) => {
      const { folder } = parts;
      const { host } = parts.add(await DockerRegistry.start(peers, folder));
      const listing = await startRegistry({ referrers: true });
      parts.add({ stop: () => listing.close() });
      const [cosign3, cosign2] = [new Cosign(peers, folder), new Cosign(peers, folder, "cosign-2")];
      const skopeo = await Skopeo.prepare(peers, folder, new Map([[host, host]]));
      const keys = new Map<string, CosignKey>();
      for (const [kind, generate] of Object.entries(KINDS))
        keys.set(kind, await cosign3.importKey(kind, generate()));
      keys.set("stranger", await cosign3.importKey("stranger", ec("P-256")()));
      return new Stage(parts, peers, host, listing.host, cosign3, cosign2, skopeo, keys);
    });
  }

  key(name: string): CosignKey {
    const key = this.keys.get(name);
    assert.ok(key !== undefined);
    return key;
  }

  /** cosign with its signatures in a repository of their own. */
  cosignAt(repository: string): Cosign {
    return new Cosign(this.#peers, this.#parts.folder, "cosign", { COSIGN_REPOSITORY: repository });
  }

  /** Pushes an image as `REPOSITORY:1`. */
  async push(host: string, repository: string, platforms?: readonly string[]): Promise<TestImage> {
    const image = makeImage({ seed: repository, ...(platforms && { platforms }) });
    await pushOverHttp(host, repository, image, "1");
    return image;
  }

  /** Signs in place with `countersign sign-image`, which has to succeed. */
  async signOurselves(key: string, name: string, ...options: readonly string[]): Promise<void> {
    const { privateFile, publicFile } = this.key(key);
    // Without it, standard input would be asked.
    process.env["COSIGN_PASSWORD"] = "";
    const { status, stderr } = await countersign(
      "sign-image",
      name,
      name,
      privateFile,
      publicFile,
      ...options,
    );
    assert.equal(status, 0, stderr);
  }

  /** A policy that asks for a signature by the key. */
  async policy(key: string, identity: Identity): Promise<string> {
    const signedIdentity = identity === "unsaid" ? {} : { signedIdentity: { type: identity } };
    const requirement = { type: "sigstoreSigned", keyPath: this.key(key).publicFile, ...signedIdentity };
    const file = join(this.#parts.folder, `policy-${this.#policies++}.json`);
    await writeFile(file, JSON.stringify({ default: [requirement] }));
    return file;
  }

  /** What `countersign verify` would say of a name by that policy, with signatures beside the image unless told. */
  async verifyOurselves(policy: string, name: string, signatureRepository?: string): Promise<Verdict> {
    const state = loadPolicy({ kind: "found", path: policy });
    const options = signatureRepository === undefined ? {} : { "signature-repository": signatureRepository };
    const source = await registrySource(options, () => {});
    const verifier = new Verifier({ policy: () => state, source, audit: { write: () => {} } });
    return await verifier.verify(namedImage(name), { deadlineMs: 60_000 }).finally(() => source.close());
  }

  stop(): Promise<void> {
    return this.#parts.stop();
  }
}
