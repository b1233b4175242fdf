import type { Descriptor } from "../oci/descriptor.js";
import type { ImageReader, ImageWriter } from "../oci/image-place.js";
import { descriptorOf, type Manifest } from "../oci/manifest.js";
import { ImageSource } from "../sources/image-source.js";
import { copyImage, tagImage } from "./copy/copy-image.js";
import { readTree } from "./copy/image-tree.js";
import type { Progress } from "./copy/transfer.js";
import { namesOf } from "./identity.js";
import { type JudgeOptions, judgeSigned, type SignedVerdict } from "./judge-signed.js";
import { type SignedManifest, type SignOptions, signManifests } from "./sign-manifests.js";

export interface SigningJob extends Omit<SignOptions, "names" | "onWritten">, JudgeOptions {
  /** The image, or the index of its platforms. */
  readonly root: Manifest;
  readonly source: ImageReader;
  /** The place it is copied to; if that has the source's own name, it is signed in place. */
  readonly target: ImageWriter;
  /** The tag it is to have there; null: none, or the one it has. */
  readonly tag: string | null;
  /** Where the signatures go: the target, or a repository of their own. */
  readonly signatures: ImageWriter;
  /** The same place, see `readAhead`; null: nothing has been asked there yet. */
  readonly ahead: ImageWriter | null;
  /** Whether every manifest of an index is signed, too. */
  readonly recursive: boolean;
  readonly onProgress: (progress: Progress) => void;
}

export interface SignedImage {
  /** Each manifest that was to be signed; the image's own is the last. */
  readonly signed: readonly SignedManifest[];
  /** The verdicts that everybody will get. If one denies, the image has not been given its tag. */
  readonly verdicts: readonly SignedVerdict[];
  /** Foreign layers, which were left where they are. */
  readonly foreign: readonly Descriptor[];
}

/**
 * Copies an image, signs it, checks that it is accepted, and only then gives it its tag. Each step leaves the target in
 * order for those who read there meanwhile, even if it is the last step: there is never a signature of an image that is
 * not there.
 */
export async function signImage(job: SigningJob): Promise<SignedImage> {
  const { root, source, target, signatures, tag, recursive, signal } = job;
  const isThere = source.name === target.name;
  const tree = isThere && !recursive ? null : await readTree(source, root, signal);
  if (tree !== null && !isThere) await copyImage(tree, source, target, job);
  const manifests = tree !== null && recursive ? [...tree.images, ...tree.indexes] : [root];
  const subjects = manifests.map(descriptorOf);
  const attach = (to: ImageWriter, onWritten = () => {}) =>
    signManifests(manifests, to, { ...job, names: namesOf(job.identity), onWritten });
  const judge = () => judgeSigned(subjects, new ImageSource(target, signatures, job.clock), job);
  // Judging runs while the signatures are still being watched.
  const written = countdown(subjects.length * job.formats.size);
  let [signed, verdicts] = await Promise.all([
    attach(job.ahead ?? signatures, written.count),
    written.done.then(judge),
  ]);
  // Another signer may have overwritten it meanwhile; else, attaching again adds nothing.
  for (let again = 0; again < MOST_AGAIN && verdicts.some(({ verdict }) => !verdict.ok); again++) {
    const repeated = await attach(signatures);
    verdicts = await judge();
    if (repeated.every(isUnchanged)) break;
    signed = signed.map((first, i) => together(first, repeated[i] as SignedManifest));
  }
  const isAccepted = verdicts.every(({ verdict }) => verdict.ok);
  if (isAccepted && tag !== null) await tagImage(target, root, tag, signal);
  return { signed, verdicts, foreign: isThere ? [] : (tree?.foreign ?? []) };
}

const MOST_AGAIN = 3;

/** `done` resolves when `count` has been called that often. */
function countdown(from: number): { count: () => void; done: Promise<void> } {
  let left = from;
  let end = () => {};
  const done = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { done, count: () => void (--left === 0 && end()) };
}

function isUnchanged({ legacy, bundle }: SignedManifest): boolean {
  return (legacy?.added ?? 0) === 0 && bundle?.added !== true;
}

/** The combined result of two runs on the same manifest. */
function together(first: SignedManifest, second: SignedManifest): SignedManifest {
  const { legacy, bundle } = second;
  return {
    ...second,
    legacy: legacy && { ...legacy, added: Math.max(legacy.added, first.legacy?.added ?? 0) },
    bundle: bundle && { ...bundle, added: bundle.added || first.bundle?.added === true },
  };
}
