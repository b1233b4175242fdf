// A repository with anything in it, and the host's part in a judgement about it.

import type { Evidence, Image, Judgement, Request } from "#component/types";
import type { PolicyCore } from "../../../host/core/core.js";
import { digestOf } from "../../../host/oci/digest.js";
import { OCI_INDEX, OCI_MANIFEST, SIMPLE_SIGNING } from "../../../host/oci/media-types.js";
import { DEFAULT_LIMITS } from "../../../host/service/limits.js";
import {
  descriptorOf,
  type LegacySignature,
  makeImage,
  sigManifest,
  type TestImage,
} from "../../support/sign.js";
import { BUNDLE, imageNamed, REPOSITORY, type Referrers, signature } from "./judging.js";

type Unavailable = Extract<Evidence, { tag: "unavailable" }>["val"]["code"];

export class Repository {
  /** What was asked for, a list a round. */
  readonly rounds: Request[][] = [];
  readonly #manifests = new Map<string, { bytes: Uint8Array; mediaType: string }>();
  readonly #blobs = new Map<string, { bytes: Uint8Array; mediaType: string }>();
  readonly #referrers = new Map<string, Uint8Array>();
  readonly #unavailable = new Map<string, Unavailable>();

  /** An image with all that hangs from it. */
  add(image: TestImage): this {
    for (const child of image.children) this.add(child);
    this.#manifests.set(image.digest, image);
    return this;
  }

  /** Legacy signatures under the signature tag of a digest. */
  sign(digest: string, ...signatures: readonly LegacySignature[]): this {
    const made = signatures.length > 0 ? signatures : [signature({ manifestDigest: digest })];
    const tag = `${digest.replace(":", "-")}.sig`;
    this.#manifests.set(tag, { bytes: sigManifest(made).bytes, mediaType: OCI_MANIFEST });
    for (const { payload } of made)
      this.#blobs.set(digestOf(payload), { bytes: payload, mediaType: SIMPLE_SIGNING });
    return this;
  }

  /** Bundles that refer to a digest. */
  refer(digest: string, { index, manifests, blobs }: Referrers): this {
    this.#referrers.set(digest, index);
    for (const [at, bytes] of manifests) this.#manifests.set(at, { bytes, mediaType: OCI_MANIFEST });
    for (const [at, bytes] of blobs) this.#blobs.set(at, { bytes, mediaType: BUNDLE });
    return this;
  }

  /** Other bytes than those of this reference. */
  replace(reference: string, bytes: Uint8Array, mediaType = OCI_MANIFEST): this {
    this.#manifests.set(reference, { bytes, mediaType });
    return this;
  }

  remove(reference: string): this {
    this.#manifests.delete(reference);
    return this;
  }

  /** From now on nobody can be asked for this. */
  lose(kind: Request["kind"], reference: string, code: Unavailable = "registry-unavailable"): this {
    this.#unavailable.set(`${kind} ${reference}`, code);
    return this;
  }

  /** Plays host until the core decides, for as many rounds as the host does. */
  judge(core: PolicyCore, image: Image, given: readonly Evidence[] = []): Judgement {
    const evidence = [...given];
    let outcome = core.plan(image);
    for (let round = 0; outcome.tag === "wanted"; round++) {
      if (round === DEFAULT_LIMITS.rounds) throw new Error("the core does not decide");
      this.rounds.push(outcome.val);
      evidence.push(...outcome.val.map((request) => this.#answer(request)));
      outcome = core.judge(image, evidence, 1_800_000_000n);
    }
    return outcome.val;
  }

  #answer(request: Request): Evidence {
    const { kind, reference } = request;
    const code = this.#unavailable.get(`${kind} ${reference}`);
    if (code !== undefined)
      return { tag: "unavailable", val: { kind, reference, code, detail: "as the test wants it" } };
    const found = this.#find(request);
    if (found === undefined) return { tag: "absent", val: { kind, reference } };
    const origin = `${REPOSITORY}@${reference}`;
    return { tag: "item", val: { kind, reference, annotations: [], origin, ...found } };
  }

  #find({ kind, reference }: Request): { bytes: Uint8Array; mediaType: string } | undefined {
    if (kind === "blob") return this.#blobs.get(reference);
    if (kind !== "referrers") return this.#manifests.get(reference);
    const bytes = this.#referrers.get(reference);
    return bytes && { bytes, mediaType: OCI_INDEX };
  }
}

/** What containerd says about an image under the name all tests use. */
export function described(image: Pick<TestImage, "bytes" | "mediaType" | "digest">, tag = "1"): Image {
  return imageNamed(`${REPOSITORY}:${tag}`, {
    digest: image.digest,
    descriptor: Buffer.from(JSON.stringify(descriptorOf(image))),
  });
}

export const TWO = makeImage({ seed: "two", platforms: ["linux/amd64", "linux/arm64"] });

/** An index whose text is this, with the images that hang from it. */
export function indexOf(
  text: string,
  children: readonly TestImage[] = TWO.children,
  mediaType = OCI_INDEX,
): TestImage {
  const bytes = Buffer.from(text);
  return { bytes, mediaType, digest: digestOf(bytes), blobs: [], children };
}
