import assert from "node:assert/strict";
import { setMaxListeners } from "node:events";

import type { ImageReader, ImageWriter } from "../../../host/oci/image-place.js";
import { findImage } from "../../../host/signing/copy/copy-image.js";
import type { Identity } from "../../../host/signing/identity.js";
import { keyPolicy } from "../../../host/signing/judge-signed.js";
import { generatePrivateKey } from "../../../host/signing/keys/private-key.js";
import { type SignedImage, type SigningJob, signImage } from "../../../host/signing/sign-image.js";
import { createSigner } from "../../../host/signing/signer.js";
import type { TestImage } from "../../support/image.js";
import type { TestRegistry } from "../../support/registry/registry.js";
import { stoppedClock } from "../registry/setup.js";
import { assertNothingMissing, assertWhole } from "./copy/setup.js";

export const signer = await createSigner(generatePrivateKey());

/** Signs as the command line does unless told otherwise, and never has to wait. Rejects if the result is denied. */
export async function sign(
  source: ImageReader,
  reference: string,
  target: ImageWriter,
  identity: Identity,
  options: Partial<SigningJob> = {},
): Promise<SignedImage> {
  const signal = AbortSignal.timeout(30_000);
  setMaxListeners(0, signal);
  const result = await signImage({
    root: await findImage(source, reference, signal),
    ...{ source, target, identity, signer, signal },
    tag: identity.tag,
    signatures: target,
    ahead: null,
    formats: new Set(["legacy", "bundle"]),
    annotations: new Map(),
    recursive: false,
    core: keyPolicy(Buffer.from(signer.publicKey.pem), identity.tag !== null),
    policy: null,
    onProgress: () => {},
    clock: stoppedClock(),
    ...options,
  });
  const denied = result.verdicts.find(({ verdict }) => !verdict.ok);
  if (denied !== undefined) throw new Error(`denied: ${denied.verdict.code}: ${denied.verdict.reason}`);
  return result;
}

/** The manifests of a repository that are signatures, with the digest of what each is of. */
export function signaturesIn(registry: TestRegistry, repository: string): { digest: string; of: string }[] {
  const { manifests, tags } = registry.repository(repository);
  const tagged = [...tags].flatMap(([tag, digest]) => {
    const hex = /^sha256-([0-9a-f]{64})\.sig$/.exec(tag)?.[1];
    return hex === undefined ? [] : [{ digest, of: `sha256:${hex}` }];
  });
  const referring = [...manifests].flatMap(([digest, { bytes }]) => {
    const of = JSON.parse(Buffer.from(bytes).toString()).subject?.digest;
    return of === undefined ? [] : [{ digest, of }];
  });
  return [...tagged, ...referring];
}

/** Fails if there is a signature of an image that is not there, or anything that is not whole. */
export function assertInOrder(registry: TestRegistry, repository: string): void {
  const { manifests } = registry.repository(repository);
  for (const { of } of signaturesIn(registry, repository)) assert.ok(manifests.has(of), `${of} is not there`);
  assertNothingMissing(registry, repository);
}

/** Fails unless the image is there under the tag, with both names under cosign's tag and one bundle. */
export function assertSigned(
  registry: TestRegistry,
  repository: string,
  image: TestImage,
  tag: string,
): void {
  assertInOrder(registry, repository);
  assertWhole(registry, repository, image);
  const { tags, manifests } = registry.repository(repository);
  assert.equal(tags.get(tag), image.digest);
  const [legacy, bundle, ...others] = signaturesIn(registry, repository);
  assert.deepEqual(others, []);
  assert.ok(bundle?.of === image.digest && legacy?.of === image.digest);
  const { layers } = JSON.parse(Buffer.from(manifests.get(legacy.digest)?.bytes ?? []).toString());
  assert.equal(layers.length, 2);
}
