import type { PolicyCore } from "../core/core.js";
import type { ImageReader, ImageWriter } from "../oci/image-place.js";
import type { PolicyState } from "../service/policy-file.js";
import { ImageSource } from "../sources/image-source.js";
import { copyImage, type FoundImage, tagImage } from "./copy/copy-image.js";
import type { Progress } from "./copy/transfer.js";
import { judgeSigned, type SignedVerdict } from "./judge-signed.js";
import type { Annotations } from "./payload/claim.js";
import { type SignatureFormat, type SignedManifest, signManifests } from "./sign-manifests.js";
import type { Signer } from "./signer.js";

export interface SigningJob {
  readonly image: FoundImage;
  readonly source: ImageReader;
  readonly target: ImageWriter;
  /** The tag the image is to have at the target; null: it stays as it is, or has none. */
  readonly tag: string | null;
  /** Where the signatures go: the target, or a repository of their own. */
  readonly signatures: ImageWriter;
  readonly signer: Signer;
  readonly formats: ReadonlySet<SignatureFormat>;
  /** What the image is signed as, see `SignOptions`. */
  readonly names: readonly string[];
  /** What it is judged as: one of the names, with a digest if it has no tag. */
  readonly judgedName: string;
  readonly annotations: Annotations;
  /** Whether every manifest of an index is signed, too. */
  readonly recursive: boolean;
  /** By the public key, see `keyPolicy`. */
  readonly core: PolicyCore;
  /** The user's own, which is asked as well. */
  readonly policy: PolicyState | null;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

export interface SignedImage {
  /** Each manifest that was to be signed; the image's own is the last. */
  readonly signed: readonly SignedManifest[];
  /** What everybody will be told. One that denies: the image has not been given its tag. */
  readonly verdicts: readonly SignedVerdict[];
}

/**
 * Copies an image, signs it, sees that it is accepted, and only then gives it its tag. Each step leaves the target in
 * order for whoever reads there meanwhile, or should it be the last one: a signature is never of an image that is
 * not there.
 */
export async function signImage(job: SigningJob): Promise<SignedImage> {
  const { image, source, target, signatures, tag, signal } = job;
  await copyImage(image, source, target, job);
  const { images, indexes } = image.tree;
  const manifests = job.recursive ? [...images, ...indexes] : [image.root];
  const signed = await signManifests(manifests, signatures, job);
  const verdicts = await judgeSigned(
    signed.map(({ subject }) => subject),
    { ...job, source: new ImageSource(target, signatures), name: job.judgedName },
  );
  if (tag !== null && verdicts.every(({ verdict }) => verdict.ok))
    await tagImage(target, image.root, tag, signal);
  return { signed, verdicts };
}
