import assert from "node:assert/strict";
import { test } from "node:test";

import type { Request } from "#component/types";
import { digestOf } from "../../../host/oci/digest.js";
import { ImageError } from "../../../host/oci/image-error.js";
import type { ImageReader } from "../../../host/oci/image-place.js";
import { OCI_MANIFEST } from "../../../host/oci/media-types.js";
import { RegistryError } from "../../../host/registry/error.js";
import { ImageSource } from "../../../host/sources/image-source.js";
import { stoppedClock } from "../registry/setup.js";

const BLOB = Buffer.from("the payload of a signature");
const DIGEST = digestOf(BLOB);

test("a blob is handed over when it is the one that was asked for, and of no more bytes", async () => {
  assert.equal(await fetched(placeOf({ [DIGEST]: BLOB }), "blob", DIGEST), `item ${BLOB}`);
  assert.equal(
    await fetched(placeOf({ [DIGEST]: Buffer.from("other bytes") }), "blob", DIGEST),
    "registry-protocol: the bytes do not have the digest asked for",
  );
  assert.equal(
    await fetched(placeOf({ [DIGEST]: BLOB }), "blob", DIGEST, BLOB.length - 1),
    `evidence-too-large: the blob is larger than ${BLOB.length - 1} bytes`,
  );
});

test("signatures are where they are said to be, and nowhere else", async () => {
  const image = placeOf({ tag: BLOB, [DIGEST]: BLOB }, [manifestAt(DIGEST)]);
  const signatures = placeOf({});
  for (const kind of ["blob", "cosign-tag", "referrers"] as const)
    assert.doesNotMatch(await fetched([image, signatures], kind, DIGEST), /^item .*(payload|sha256)/, kind);
});

test("a manifest is the image's, and one that carries a bundle where the signatures are", async () => {
  const other = Buffer.from("a manifest with a bundle");
  const places = [placeOf({ a: BLOB }), placeOf({ a: other, b: other })] as const;
  assert.equal(await fetched(places, "manifest", "a"), `item ${BLOB}`);
  assert.equal(await fetched(places, "manifest", "b"), `item ${other}`);
  assert.equal(await fetched(places, "manifest", "c"), "absent");
});

test("a place that keeps no list of referrers has one under a tag, perhaps", async () => {
  assert.match(await fetched(placeOf({}, [manifestAt(DIGEST)]), "referrers", DIGEST), new RegExp(DIGEST));
  assert.equal(
    await fetched(placeOf({ [DIGEST.replace(":", "-")]: BLOB }, null), "referrers", DIGEST),
    `item ${BLOB}`,
  );
  assert.equal(await fetched(placeOf({}, null), "referrers", DIGEST), "absent");
});

test("a blob is asked for again after what passes", async () => {
  const failures = [new RegistryError("registry-unavailable", "busy", { transient: true })];
  const place = placeOf({ [DIGEST]: BLOB });
  const flaky: ImageReader = {
    ...place,
    blob: (...asked) => {
      const failure = failures.pop();
      if (failure !== undefined) throw failure;
      return place.blob(...asked);
    },
  };
  assert.equal(await fetched(flaky, "blob", DIGEST), `item ${BLOB}`);
});

test("what is wrong with a manifest is told in words of ours", async () => {
  const broken: ImageReader = {
    ...placeOf({}),
    manifest: async () => {
      throw new ImageError("/secret/path has something foreign in it");
    },
  };
  assert.equal(await fetched(broken, "manifest", "a"), "registry-protocol: what is there cannot be read");
});

/** A place with this content by tag or digest, and that list of referrers. */
function placeOf(
  content: Readonly<Record<string, Uint8Array>>,
  referrers: ReturnType<typeof manifestAt>[] | null = [],
): ImageReader {
  return {
    name: "oci:/image",
    repository: null,
    manifest: async (reference) => {
      const bytes = content[reference];
      return bytes === undefined ? null : { bytes, digest: digestOf(bytes), mediaType: OCI_MANIFEST };
    },
    referrers: async () => referrers,
    async *blob({ digest }) {
      const bytes = content[digest];
      if (bytes === undefined) throw new RegistryError("registry-protocol", "no such blob");
      yield bytes.subarray(0, 5);
      yield bytes.subarray(5);
    },
  };
}

function manifestAt(digest: string) {
  return { mediaType: OCI_MANIFEST, digest, size: 3 };
}

async function fetched(
  places: ImageReader | readonly [ImageReader, ImageReader],
  kind: Request["kind"],
  reference: string,
  maxBytes = 1_000,
): Promise<string> {
  const [image, signatures] = "name" in places ? [places, places] : places;
  const source = new ImageSource(image, signatures, stoppedClock());
  const request = { kind, registry: "r.test", repository: "a", reference, mediaTypes: [], maxBytes };
  const [evidence] = await source.fetch(request, AbortSignal.timeout(20_000));
  if (evidence?.tag === "item") return `item ${Buffer.from(evidence.val.bytes)}`;
  return evidence?.tag === "unavailable" ? `${evidence.val.code}: ${evidence.val.detail}` : "absent";
}
