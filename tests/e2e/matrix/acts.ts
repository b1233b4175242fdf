// What is done to an image once it is in the registry.
import { sign } from "node:crypto";

import { digestOf } from "../../../host/oci/digest.js";
import { OCI_CONFIG, OCI_MANIFEST, SIMPLE_SIGNING } from "../../../host/oci/media-types.js";
import { makeImage, type TestImage } from "../../support/image.js";
import { signatureTag } from "../../support/peers/content.js";
import { signLegacy } from "../../support/sign.js";
import { put, type Shelf } from "./shelf.js";
import type { CosignVersion, Stage } from "./stage.js";

/** An image that has just been pushed. */
export interface Pushed {
  readonly stage: Stage;
  /** Where the content of its repository goes. */
  readonly shelf: Shelf;
  readonly repository: string;
  /** What it is pulled as, without tag and digest: host and repository. */
  readonly place: string;
  readonly image: TestImage;
}

export type Act = (pushed: Pushed) => Promise<void>;

/** Whose private keys there are. */
export type Signer = "team" | "stranger";

/** `cosign sign`, with the team's key: of the image, or of one of an index's. */
export function cosign(version: CosignVersion, part = (image: TestImage): TestImage => image): Act {
  return ({ stage, place, image }) =>
    stage.cosign[version].sign(stage.cosignKey, `${place}@${part(image).digest}`);
}

/** `cosign sign --recursive`, with the team's key: of the index and all its images. */
export function cosignRecursively(version: CosignVersion): Act {
  return ({ stage, place, image }) =>
    stage.cosign[version].sign(stage.cosignKey, `${place}@${image.digest}`, "--recursive");
}

/** skopeo, with the team's key: each image of an index by itself, under the name with its tag. */
export async function skopeoEach({ stage, place, image }: Pushed): Promise<void> {
  for (const { digest } of image.children)
    await stage.skopeo.sign(stage.cosignKey, `${place}@${digest}`, `${place}:1`);
}

/** Puts another index of the same images in its place: nobody has signed that one. */
export async function repacked({ shelf, image }: Pushed): Promise<void> {
  const index = { ...JSON.parse(Buffer.from(image.bytes).toString()), annotations: { repacked: "yes" } };
  await shelf.manifest("1", Buffer.from(JSON.stringify(index)), image.mediaType);
}

/** A layer of the manifest under the signature tag, and the blob it stands for. */
interface Layer {
  readonly descriptor: unknown;
  readonly blob?: Uint8Array;
}

type LayerOf = (pushed: Pushed) => Layer;

/** What is untrue about a signature. */
export interface Untruth {
  /** Host and repository it says, in place of its own. */
  readonly as?: (pushed: Pushed) => string;
  /** The digest it says, in place of the image's own. */
  readonly of?: (pushed: Pushed) => string;
  /** A change of the payload's text before it is signed. */
  readonly saying?: (payload: string) => string;
  /** A change of the payload's text afterwards. */
  readonly tampered?: (payload: string) => string;
  /** Members of the layer's descriptor, in place of the right ones. */
  readonly descriptor?: object;
}

/** What cosign puts beside an image, with one signature. */
export function signed(by: Signer, untruth: Untruth = {}): Act {
  return signatures(signature(by, untruth));
}

/** A manifest with these layers under the image's signature tag. */
export function signatures(...layers: readonly LayerOf[]): Act {
  return async (pushed) => {
    const made = layers.map((layer) => layer(pushed));
    const config = Buffer.from("{}");
    const manifest = {
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config: { mediaType: OCI_CONFIG, size: config.length, digest: digestOf(config) },
      layers: made.map(({ descriptor }) => descriptor),
    };
    const blobs = [config, ...made.flatMap(({ blob }) => blob ?? [])];
    for (const blob of blobs) await pushed.shelf.blob(blob);
    await underTheSignatureTag(JSON.stringify(manifest), OCI_MANIFEST)(pushed);
  };
}

export function underTheSignatureTag(bytes: string, mediaType: string): Act {
  return async ({ shelf, image }) => {
    await shelf.manifest(signatureTag(image.digest), Buffer.from(bytes), mediaType);
  };
}

/** The layer of a signature as cosign writes it, but for what is untrue about it. */
export function signature(by: Signer, { as, of, saying, tampered, descriptor }: Untruth = {}): LayerOf {
  return (pushed) => {
    const { privateKey } = pushed.stage.keys[by];
    const dockerReference = as?.(pushed) ?? pushed.place;
    const manifestDigest = of?.(pushed) ?? pushed.image.digest;
    const { payload } = signLegacy({ privateKey, dockerReference, manifestDigest });
    const toSign = changed(payload, saying);
    const text = sign("sha256", toSign, privateKey).toString("base64");
    const blob = changed(toSign, tampered);
    const layer = {
      mediaType: SIMPLE_SIGNING,
      size: blob.length,
      digest: digestOf(blob),
      annotations: { "dev.cosignproject.cosign/signature": text },
    };
    return { descriptor: { ...layer, ...descriptor }, blob };
  };
}

/** A layer of another kind than signatures of cosign's. */
export function foreignLayer(): Layer {
  const blob = Buffer.from("a bill of materials");
  return { descriptor: { mediaType: "text/spdx", size: blob.length, digest: digestOf(blob) }, blob };
}

/** Whatever this is, in place of a layer's descriptor. */
export function notALayer(descriptor: unknown): LayerOf {
  return () => ({ descriptor });
}

/** Pushes another image to the same repository. */
export async function another({ shelf, repository }: Pushed): Promise<void> {
  await put(shelf, anotherImage(repository), "another");
}

export function anotherImage(repository: string): TestImage {
  return makeImage({ seed: `another image of ${repository}` });
}

/** A change that changes nothing would make a test of nothing. */
function changed(payload: Uint8Array, change: ((payload: string) => string) | undefined): Uint8Array {
  if (change === undefined) return payload;
  const before = Buffer.from(payload).toString();
  const after = change(before);
  if (before === after) throw new Error(`nothing was changed in ${before}`);
  return Buffer.from(after);
}
