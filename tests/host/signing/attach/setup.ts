import assert from "node:assert/strict";
import { setMaxListeners } from "node:events";
import type { Descriptor } from "../../../../host/oci/descriptor.js";
import { descriptorOf } from "../../../../host/oci/manifest.js";
import type { AttachOptions } from "../../../../host/signing/attach/until-kept.js";
import { generatePrivateKey } from "../../../../host/signing/keys/private-key.js";
import { createSigner, type Signer } from "../../../../host/signing/signer.js";
import { makeImage } from "../../../support/image.js";
import type { TestRegistry } from "../../../support/registry/registry.js";
import { stoppedClock } from "../../registry/setup.js";

export const image = makeImage();
export const subject: Descriptor = descriptorOf(image);
export const NAMES = ["registry.test/a", "registry.test/a:v1"];
export const SIG_TAG = `${image.digest.replace(":", "-")}.sig`;
export const FALLBACK_TAG = image.digest.replace(":", "-");

export function newSigner(): Promise<Signer> {
  return createSigner(generatePrivateKey());
}

export function claimWith(annotations: readonly [string, string][] = []) {
  return { manifestDigest: image.digest, annotations: new Map(annotations) };
}

/** Options for attaching without ever waiting; `pauses` are those there would have been. */
export function attachOptions(): AttachOptions & { readonly pauses: number[] } {
  const clock = stoppedClock();
  return { signal: AbortSignal.timeout(20_000), clock, pauses: clock.pauses };
}

/** The text of the manifest under a tag. */
export function textUnder(registry: TestRegistry, repository: string, tag: string): string {
  const { tags, manifests } = registry.repository(repository);
  const manifest = manifests.get(tags.get(tag) ?? "") ?? assert.fail(`nothing under ${tag}`);
  return Buffer.from(manifest.bytes).toString();
}

/** Never aborted before the test has failed anyway; many may listen. */
export function patience(): AbortSignal {
  const signal = AbortSignal.timeout(60_000);
  setMaxListeners(0, signal);
  return signal;
}
