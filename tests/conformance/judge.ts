// One image judged by the component, with the part of the host that answers its requests played here.

import type { Evidence, Image, Judgement, Request } from "#component/types";
import type { PolicyCore } from "../../host/core/core.js";
import { digestOf } from "../../host/oci/digest.js";
import { OCI_MANIFEST } from "../../host/oci/media-types.js";
import { descriptor, mediaTypeOf, type Signature, type StoredImage } from "./image.js";

/**
 * Any time from 2026 to 2050 will do (../shared/conformance/README.md), but one at which the oracle's certificates for ten minutes
 * are valid: today they are not.
 */
export const NOW = 1_900_000_000n;

const MAX_ROUNDS = 5;

/**
 * The judgement on `stored` under the name `name`. Signatures are given twice, as items of their own and as a
 * registry would have them under cosign's tag, and the core has to come to the same verdict. Where the case says by
 * what digest a registry names them, they are given by it alone.
 */
export function judgeStored(
  core: PolicyCore,
  name: { transport?: string; name: string },
  stored: StoredImage,
): Judgement {
  const { manifest, signatures, mediaType = manifest === null ? "" : mediaTypeOf(manifest) } = stored;
  const image: Image = {
    transport: name.transport ?? "docker",
    name: name.name,
    mode: "user",
    digest: "",
    descriptor:
      manifest === null ? new Uint8Array() : descriptor(mediaType, digestOf(manifest), manifest.length),
  };
  const asTag = judge(core, image, [], { manifest, cosignTag: cosignTag(signatures) });
  if (signatures.some(({ digest }) => digest !== undefined)) return asTag;
  const asItems = judge(core, image, signatures.map(simpleSigning), { manifest });
  if (asItems.ok !== asTag.ok)
    throw new Error(`as items: ${asItems.code} (${asItems.reason}); as tag: ${asTag.code} (${asTag.reason})`);
  return asItems;
}

/** What a registry has about one image: its manifest, and what lies under cosign's tag. */
export interface Contents {
  manifest: Uint8Array | null;
  cosignTag?: { manifest: Uint8Array; blobs: Map<string, Uint8Array> } | undefined;
}

/** The judgement on `image`, beginning with `given` and answering every request from `contents`. */
export function judge(core: PolicyCore, image: Image, given: Evidence[], contents: Contents): Judgement {
  return judgeBy(core, image, given, (request) => answer(request, contents));
}

/** The judgement on `image`, beginning with `given`, with whatever `answer` says to a request. */
export function judgeBy(
  core: PolicyCore,
  image: Image,
  given: Evidence[],
  answer: (request: Request) => Evidence,
): Judgement {
  const evidence = [...given];
  let outcome = core.plan(image);
  for (let round = 0; outcome.tag === "wanted"; round++) {
    if (round === MAX_ROUNDS) throw new Error(`evidence is still wanted after ${MAX_ROUNDS} rounds`);
    evidence.push(...outcome.val.map(answer));
    outcome = core.judge(image, evidence, NOW);
  }
  return outcome.val;
}

function answer(request: Request, { manifest, cosignTag }: Contents): Evidence {
  const { kind, reference } = request;
  const absent: Evidence = { tag: "absent", val: { kind, reference } };
  const found = (mediaType: string, bytes: Uint8Array): Evidence => ({
    tag: "item",
    val: { kind, reference, mediaType, annotations: [], bytes, origin: reference },
  });
  switch (kind) {
    case "manifest":
      return manifest === null ? absent : found(mediaTypeOf(manifest), manifest);
    case "cosign-tag":
      return cosignTag === undefined ? absent : found(OCI_MANIFEST, cosignTag.manifest);
    case "referrers":
      return absent;
    case "blob": {
      const blob = cosignTag?.blobs.get(reference);
      return blob === undefined ? absent : found("application/octet-stream", blob);
    }
  }
}

/** A signature as an item of evidence of its own, not from a registry. */
export function simpleSigning({ mimeType, payload, annotations }: Signature, index = 0): Evidence {
  return {
    tag: "item",
    val: {
      kind: "simple-signing",
      reference: "",
      mediaType: mimeType,
      annotations: Object.entries(annotations),
      bytes: payload,
      origin: `signature-${index + 1}`,
    },
  };
}

/** One layer per signature, as cosign stores them (../shared/reference/sigstore.md 2.2). */
function cosignTag(signatures: Signature[]): Contents["cosignTag"] {
  if (signatures.length === 0) return undefined;
  const config = Buffer.from("{}");
  const layers = signatures.map(({ mimeType, payload, annotations, digest }) => ({
    mediaType: mimeType,
    size: payload.length,
    digest: digest ?? digestOf(payload),
    annotations,
  }));
  const manifest = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: {
      mediaType: "application/vnd.oci.image.config.v1+json",
      size: config.length,
      digest: digestOf(config),
    },
    layers,
  };
  return {
    manifest: Buffer.from(JSON.stringify(manifest)),
    blobs: new Map(signatures.map(({ payload, digest }) => [digest ?? digestOf(payload), payload])),
  };
}
