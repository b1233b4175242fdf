import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { PATIENT_RETRY } from "../../../../host/registry/retry.js";
import { tagImage } from "../../../../host/signing/copy/copy-image.js";
import { makeImage, pushImage } from "../../../support/image.js";
import type { Fault } from "../../../support/registry/fault.js";
import type { SeenRequest, TestRegistry } from "../../../support/registry/registry.js";
import type { UploadManner } from "../../../support/registry/uploads.js";
import { readerFor, writerFor } from "../../registry/push-setup.js";
import { failureOf, registryFor } from "../../registry/setup.js";
import { assertNothingMissing, assertWhole, copyOptions, findAndCopy } from "./setup.js";

const image = makeImage({ platforms: ["linux/amd64", "linux/arm64"] });

const passing: [string, Fault][] = [
  ["a cut", { manner: "reset" }],
  ["503", { status: 503 }],
  ["429 with Retry-After", { status: 429, headers: { "retry-after": "7" } }],
];
const manners: [string, UploadManner][] = [
  ["", {}],
  [" in chunks", { chunksOnly: true }],
];
for (const [name, fault] of passing) {
  for (const [manner, uploads] of manners) {
    test(`${name} in any one request of a copy${manner} is got over`, async (t) => {
      const requests = await copyWith(t, uploads, () => undefined);
      assert.ok(requests >= 20);
      for (let k = 0; k < requests; k++) {
        let seen = 0;
        await copyWith(t, uploads, () => (seen++ === k ? fault : undefined));
      }
    });
  }
}

test("a cut in any one answer of the source is got over", async (t) => {
  for (let k = 0; k < 7; k++) {
    let seen = 0;
    const source = await registryFor(t, {
      onRequest: ({ path }) => (seen++ === k ? halved(source, path) : undefined),
    });
    const target = await registryFor(t);
    pushImage(source, "a", image, "v1");
    await findAndCopy(readerFor(t, source, "a"), writerFor(t, target, "b"), "v1", copyOptions());
    assertWhole(target, "b", image);
  }
});

/** Four blobs, two manifests, the index, the tag. */
const PUTS = 8;
const wrong = { "docker-content-digest": `sha256:${"0".repeat(64)}` };
const lasting: [string, Fault, RegExp][] = [
  ["a cut", { manner: "reset" }, /^connection broken off$/],
  ["500", { status: 500 }, /^the registry answered 500$/],
  ["403", { status: 403 }, /the registry answered 403$/],
  ["429 for an hour", { status: 429, headers: { "retry-after": "3600" } }, /answered 429$/],
  ["a wrong digest", { status: 201, headers: wrong }, /stored other bytes/],
];
for (const [name, fault, detail] of lasting) {
  test(`${name} in every PUT from some time on leaves no tag, and nothing that is not whole`, async (t) => {
    for (let k = 0; k < PUTS; k++) {
      let puts = 0;
      const source = await registryFor(t);
      const target = await registryFor(t, {
        onRequest: ({ method }) => (method === "PUT" && puts++ >= k ? fault : undefined),
      });
      pushImage(source, "a", image, "v1");
      const failure = await failureOf(copyAndTag(readerFor(t, source, "a"), writerFor(t, target, "b")));
      assert.match(failure.detail, detail);
      assert.equal(target.repository("b").tags.size, 0);
      assertNothingMissing(target, "b");
    }
  });
}

/** Copies with those faults at the target, and checks the outcome; how many requests the target saw. */
async function copyWith(
  t: TestContext,
  uploads: UploadManner,
  onRequest: (request: SeenRequest) => Fault | undefined,
): Promise<number> {
  const source = await registryFor(t);
  const target = await registryFor(t, { uploads, onRequest });
  pushImage(source, "a", image, "v1");
  const retry = PATIENT_RETRY;
  await copyAndTag(readerFor(t, source, "a"), writerFor(t, target, "b", { retry }));
  assertWhole(target, "b", image);
  assert.deepEqual([...target.repository("b").tags], [["v1", image.digest]]);
  const { length } = target.requests;
  await Promise.all([source.close(), target.close()]);
  return length;
}

async function copyAndTag(
  source: Parameters<typeof findAndCopy>[0],
  target: Parameters<typeof findAndCopy>[1],
): Promise<void> {
  const options = copyOptions();
  const { root } = await findAndCopy(source, target, "v1", options);
  await tagImage(target, root, "v1", options.signal);
}

/** The right answer, broken off in its middle. */
function halved(source: TestRegistry, path: string): Fault {
  const [, kind, reference = ""] = /\/(manifests|blobs)\/(.*)$/.exec(path) ?? [];
  const { manifests, blobs, tags } = source.repository("a");
  const digest = tags.get(reference) ?? reference;
  const manifest = manifests.get(digest);
  const body = (kind === "blobs" ? blobs.get(digest) : manifest?.bytes) ?? new Uint8Array();
  const headers = { "content-type": manifest?.mediaType ?? "application/octet-stream" };
  return { headers, body, manner: "reset-in-body" };
}
