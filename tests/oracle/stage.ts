// Where the oracle's images and policies are, and both sides that judge there.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { namedImage } from "../../host/cli/named-image.js";
import { RegistryClient } from "../../host/registry/client.js";
import { anonymous } from "../../host/registry/credentials/source.js";
import { loadPolicy } from "../../host/service/policy-file.js";
import { type Verdict, Verifier } from "../../host/service/verifier.js";
import { RegistrySource } from "../../host/sources/registry-source.js";
import type { Source } from "../../host/sources/source.js";
import { pushImage } from "../support/image.js";
import { Parts } from "../support/parts.js";
import { pushOverHttp, putBlob, putManifest, signatureTag } from "../support/peers/content.js";
import { DockerRegistry } from "../support/peers/docker-registry.js";
import type { Peers } from "../support/peers/peers.js";
import { Skopeo, type UpstreamVerdict } from "../support/peers/skopeo.js";
import { startRegistry, type TestRegistry } from "../support/registry/registry.js";
import {
  type BuiltImage,
  HOSTS,
  LENIENT_HOST,
  needsLenientRegistry,
  type Signed,
  taggedManifest,
} from "./image.js";
import { KEY_FILES, type KeyFileName, Keys } from "./keys.js";
import { Authorities } from "./proofs.js";

const CONFIG = Buffer.from("{}");
/** Milliseconds: a verdict is the question here, not how soon it comes. */
const PATIENCE = 60_000;

export interface Verdicts {
  readonly upstream: UpstreamVerdict;
  readonly ours: Verdict;
}

export class Stage {
  readonly keys = new Keys();
  readonly authorities = new Authorities();
  readonly #registry: string;
  readonly #lenient: TestRegistry;
  readonly #folder: string;
  readonly #skopeo: Skopeo;
  readonly #source: Source;
  readonly #parts: Parts;
  #policies = 0;

  private constructor(
    parts: Parts,
    registry: string,
    lenient: TestRegistry,
    skopeo: Skopeo,
    locations: ReadonlyMap<string, string>,
  ) {
    this.#parts = parts;
    this.#folder = parts.folder;
    this.#registry = registry;
    this.#lenient = lenient;
    this.#skopeo = skopeo;
    this.#source = sourceAt(locations);
  }

  static start(peers: Peers): Promise<Stage> {
    return Parts.gather(async (parts) => {
      const { host } = parts.add(await DockerRegistry.start(peers, parts.folder));
      const lenient = await startRegistry();
      parts.add({ stop: () => lenient.close() });
      const locations = new Map([
        ...HOSTS.map((name) => [name, host] as const),
        [LENIENT_HOST, lenient.host],
      ]);
      const skopeo = await Skopeo.prepare(peers, parts.folder, locations);
      const stage = new Stage(parts, host, lenient, skopeo, locations);
      parts.add({ stop: () => stage.#source.close() });
      await mkdir(join(parts.folder, "keys"));
      for (const name of KEY_FILES) {
        const { path, pem } = stage.key(name);
        if (pem !== null) await writeFile(path, pem);
      }
      return stage;
    });
  }

  /** Where a key is, and what is in the file. */
  key(name: KeyFileName): { path: string; pem: string | null } {
    return {
      path: join(this.#folder, "keys", `${name.replaceAll(/\W/g, "-")}.pub`),
      pem: this.keys.pem(name),
    };
  }

  /** Stores an image with its signatures. */
  async publish(image: BuiltImage): Promise<void> {
    if (needsLenientRegistry(image.recipe)) this.#publishLeniently(image);
    else await this.#publishForReal(image);
  }

  async #publishForReal(image: BuiltImage): Promise<void> {
    const [host, { repository }] = [this.#registry, image];
    await pushOverHttp(host, repository, image.content, image.tag);
    for (const signed of signedParts(image)) {
      for (const { payload } of signed.signatures) await putBlob(host, repository, payload);
      await putBlob(host, repository, CONFIG);
      const { bytes, mediaType } = taggedManifest(image.recipe, signed, CONFIG);
      await putManifest(host, repository, signatureTag(signed.content.digest), bytes, mediaType);
    }
  }

  #publishLeniently(image: BuiltImage): void {
    const { repository } = image;
    pushImage(this.#lenient, repository, image.content, image.tag);
    const { blobs } = this.#lenient.repository(repository);
    for (const signed of signedParts(image)) {
      for (const { digest, payload } of signed.signatures) blobs.set(digest, payload);
      this.#lenient.putBlob(repository, CONFIG);
      const { bytes, mediaType } = taggedManifest(image.recipe, signed, CONFIG);
      this.#lenient.putManifest(repository, signatureTag(signed.content.digest), bytes, mediaType);
    }
  }

  /** What both say of `name`, which has a tag or a digest, under the policy in `text`. */
  async judge(text: string, name: string): Promise<Verdicts> {
    const path = join(this.#folder, `policy-${this.#policies++}.json`);
    await writeFile(path, text);
    const [upstream, ours] = await Promise.all([
      this.#skopeo.judge(path, name),
      this.#judgeOurselves(path, name),
    ]);
    return { upstream, ours };
  }

  /** As `countersign verify` does. */
  #judgeOurselves(path: string, name: string): Promise<Verdict> {
    const state = loadPolicy({ kind: "found", path });
    const verifier = new Verifier({ policy: () => state, source: this.#source, audit: { write: () => {} } });
    return verifier.verify(namedImage(name), { deadlineMs: PATIENCE });
  }

  stop(): Promise<void> {
    return this.#parts.stop();
  }
}

/** What of the image has signatures: itself, its platforms. */
function signedParts({ platforms, ...image }: BuiltImage): Signed[] {
  return [image, ...platforms].filter(({ signatures }) => signatures.length > 0);
}

/** Registries as image names have them, asked where they really are. */
function sourceAt(locations: ReadonlyMap<string, string>): Source {
  const plainHttp = [...locations.values()];
  const source = new RegistrySource(new RegistryClient({ plainHttp, credentials: anonymous }));
  return {
    fetch: (request, signal) =>
      source.fetch({ ...request, registry: locations.get(request.registry) ?? request.registry }, signal),
    close: () => source.close(),
  };
}
