import assert from "node:assert/strict";
import { test } from "node:test";
import { attachBundle } from "../../../../host/signing/attach/attach-bundle.js";
import { attachLegacy } from "../../../../host/signing/attach/attach-legacy.js";
import { readAhead } from "../../../../host/signing/attach/read-ahead.js";
import { bundleSignature, legacySignature } from "../../../../host/signing/signatures.js";
import { writerFor } from "../../registry/push-setup.js";
import { registryFor } from "../../registry/setup.js";
import {
  attachOptions,
  claimWith,
  FALLBACK_TAG,
  image,
  NAMES,
  newSigner,
  SIG_TAG,
  subject,
  textUnder,
} from "./setup.js";

test("what has changed since it was read ahead is not lost", async (t) => {
  const registry = await registryFor(t);
  const options = attachOptions();
  const writer = writerFor(t, registry, "a");
  const ahead = readAhead(writer, image.digest, options.signal);
  while (registry.requests.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
  const signers = [await newSigner(), await newSigner()];
  for (const [i, place] of [writer, ahead].entries()) {
    const signer = signers[i] ?? assert.fail();
    const legacy = NAMES.map((name) => legacySignature(signer, name, claimWith()));
    assert.equal((await attachLegacy(place, image.digest, legacy, options)).added, 2);
    const bundle = bundleSignature(signer, NAMES, claimWith());
    assert.equal((await attachBundle(place, subject, bundle, options)).added, true);
  }
  assert.equal(JSON.parse(textUnder(registry, "a", SIG_TAG)).layers.length, 4);
  assert.equal(JSON.parse(textUnder(registry, "a", FALLBACK_TAG)).manifests.length, 2);
});

test("each answer is given once, and a failure that nobody asks for is nobody's", async (t) => {
  const registry = await registryFor(t, { onRequest: () => ({ status: 403 }) });
  const { signal } = attachOptions();
  const ahead = readAhead(writerFor(t, registry, "a"), image.digest, signal);
  await assert.rejects(ahead.manifest(SIG_TAG, signal), /403/);
  while (registry.requests.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
  const asked = registry.requests.length;
  await assert.rejects(ahead.manifest(SIG_TAG, signal), /403/);
  assert.equal(registry.requests.length, asked + 1);
});
