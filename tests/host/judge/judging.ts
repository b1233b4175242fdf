import { sign } from "node:crypto";
import type { Evidence, Image, Judgement, Request } from "#component/types";
import { PolicyCore } from "../../../host/core/core.js";
import { digestOf } from "../../../host/oci/digest.js";
import { OCI_INDEX, OCI_MANIFEST, SIMPLE_SIGNING } from "../../../host/oci/media-types.js";
import {
  descriptorOf,
  generateKey,
  type LegacySignature,
  makeImage,
  sigManifest,
  signLegacy,
} from "../../support/sign.js";

export const KEY = generateKey();
export const OTHER_KEY = generateKey();
export const KEY_PATH = "/keys/cosign.pub";
export const REPOSITORY = "registry.example/team/app";
export const IMAGE = makeImage({ seed: "judge" });

export const BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";

export type Requirement = Readonly<Record<string, unknown>>;

/** The requirement most policies have: one key, any tag. */
export const SIGNED: Requirement = {
  type: "sigstoreSigned",
  keyPath: KEY_PATH,
  signedIdentity: { type: "matchRepository" },
};

/** A core with `requirements` as the policy's default; its files are the public key under `KEY_PATH` and `files`. */
export function coreWith(
  requirements: readonly Requirement[],
  files: Readonly<Record<string, string | null>> = {},
): PolicyCore {
  return coreOf({ default: requirements }, files);
}

export function coreOf(policy: unknown, files: Readonly<Record<string, string | null>> = {}): PolicyCore {
  const all: Readonly<Record<string, string | null>> = { [KEY_PATH]: KEY.publicPem, ...files };
  return PolicyCore.load(Buffer.from(JSON.stringify(policy)), (path) => {
    const content = all[path];
    return content === undefined || content === null ? null : Buffer.from(content);
  });
}

/** What containerd would say about `IMAGE`. */
export function imageNamed(name = `${REPOSITORY}:1`, change: Partial<Image> = {}): Image {
  return {
    transport: "docker",
    name,
    mode: "containerd",
    digest: IMAGE.digest,
    descriptor: Buffer.from(`${JSON.stringify(descriptorOf(IMAGE))}\n`),
    ...change,
  };
}

/** A signature of `IMAGE` as cosign makes it, with something changed. */
export function signature(
  change: { key?: typeof KEY; dockerReference?: string; manifestDigest?: string } = {},
): LegacySignature {
  return signLegacy({
    privateKey: (change.key ?? KEY).privateKey,
    dockerReference: change.dockerReference ?? REPOSITORY,
    manifestDigest: change.manifestDigest ?? IMAGE.digest,
  });
}

/** A registry's answers, by kind and reference: bytes, null for "not there", or a code for "could not ask". */
export interface Answers {
  manifest?: Uint8Array | null;
  signatures?: readonly LegacySignature[] | null;
  /** In place of the manifest that `signatures` make. */
  signatureManifest?: { bytes: Uint8Array; mediaType: string };
  /** In place of the answer to any request of that kind. */
  unavailable?: { kind: Request["kind"]; code: "registry-unavailable"; detail: string };
  blob?: (digest: string) => Uint8Array | null | undefined;
  /** What refers to the image: manifests and blobs, by digest. */
  referrers?: Referrers;
}

/** Plays host: brings what is asked for until the core decides. Fails after four rounds, as the host does. */
export function judge(
  core: PolicyCore,
  image: Image,
  answers: Answers = {},
  now = 1_800_000_000n,
): Judgement {
  const evidence: Evidence[] = [];
  for (let round = 0; round < 4; round++) {
    const outcome = core.judge(image, evidence, now);
    if (outcome.tag === "decided") return outcome.val;
    for (const request of outcome.val) evidence.push(answer(request, answers));
  }
  throw new Error("the core does not decide");
}

export function answer(request: Request, answers: Answers): Evidence {
  const { kind, reference } = request;
  if (answers.unavailable?.kind === kind) {
    const { code, detail } = answers.unavailable;
    return { tag: "unavailable", val: { kind, reference, code, detail } };
  }
  const found = find(request, answers);
  if (found === null) return { tag: "absent", val: { kind, reference } };
  const origin = `${request.registry}/${request.repository}@${reference}`;
  return { tag: "item", val: { kind, reference, annotations: [], origin, ...found } };
}

function find(request: Request, answers: Answers): { bytes: Uint8Array; mediaType: string } | null {
  const { kind, reference } = request;
  switch (kind) {
    case "manifest": {
      const referrer = answers.referrers?.manifests.get(reference);
      if (referrer) return { bytes: referrer, mediaType: OCI_MANIFEST };
      const bytes = answers.manifest === undefined ? IMAGE.bytes : answers.manifest;
      return bytes && { bytes, mediaType: IMAGE.mediaType };
    }
    case "cosign-tag": {
      if (answers.signatureManifest) return answers.signatureManifest;
      const signatures = answers.signatures ?? [];
      if (signatures.length === 0) return null;
      return { bytes: sigManifest(signatures).bytes, mediaType: OCI_MANIFEST };
    }
    case "referrers":
      return answers.referrers ? { bytes: answers.referrers.index, mediaType: OCI_INDEX } : null;
    case "blob":
      return findBlob(reference, answers);
  }
}

function findBlob(digest: string, answers: Answers): { bytes: Uint8Array; mediaType: string } | null {
  const replaced = answers.blob?.(digest);
  if (replaced !== undefined) return replaced && { bytes: replaced, mediaType: SIMPLE_SIGNING };
  const bundle = answers.referrers?.blobs.get(digest);
  if (bundle) return { bytes: bundle, mediaType: BUNDLE };
  const signature = (answers.signatures ?? []).find(({ payload }) => digestOf(payload) === digest);
  return signature ? { bytes: signature.payload, mediaType: SIMPLE_SIGNING } : null;
}

export interface Referrers {
  index: Uint8Array;
  manifests: Map<string, Uint8Array>;
  blobs: Map<string, Uint8Array>;
}

/** A list of referrers with one manifest for each bundle. */
export function referring(...bundles: readonly Uint8Array[]): Referrers {
  const manifests = new Map<string, Uint8Array>();
  const blobs = new Map<string, Uint8Array>();
  const entries = bundles.map((bundle) => {
    const layer = { mediaType: BUNDLE, digest: digestOf(bundle), size: bundle.length };
    const manifest = Buffer.from(
      JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, layers: [layer] }),
    );
    blobs.set(layer.digest, bundle);
    manifests.set(digestOf(manifest), manifest);
    return { mediaType: OCI_MANIFEST, digest: digestOf(manifest), size: manifest.length };
  });
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: entries }));
  return { index, manifests, blobs };
}

export interface BundleWish {
  key?: typeof KEY;
  /** Names of the subjects; undefined for a subject without a name. */
  names?: readonly (string | undefined)[];
  manifestDigest?: string;
  predicateType?: string;
  type?: string;
  payloadType?: string;
  material?: unknown;
}

/** A bundle as cosign 3 makes it with a key, with something changed. */
export function bundle(wish: BundleWish = {}): Uint8Array {
  return bundleOf(Buffer.from(JSON.stringify(statementOf(wish))), wish);
}

/** What a bundle signs. */
export function statementOf(wish: BundleWish = {}) {
  const sha256 = (wish.manifestDigest ?? IMAGE.digest).slice("sha256:".length);
  return {
    _type: wish.type ?? "https://in-toto.io/Statement/v1",
    subject: (wish.names ?? [REPOSITORY]).map((name) => ({
      ...(name === undefined ? {} : { name }),
      digest: { sha256 },
      annotations: {},
    })),
    predicateType: wish.predicateType ?? "https://sigstore.dev/cosign/sign/v1",
    predicate: {},
  };
}

/** A bundle whose envelope has this payload. */
export function bundleOf(payload: Uint8Array, wish: BundleWish = {}): Uint8Array {
  const payloadType = wish.payloadType ?? "application/vnd.in-toto+json";
  const encoded = Buffer.concat([
    Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `),
    payload,
  ]);
  const sig = sign("sha256", encoded, (wish.key ?? KEY).privateKey).toString("base64");
  return Buffer.from(
    JSON.stringify({
      mediaType: BUNDLE,
      verificationMaterial: wish.material ?? { publicKey: { hint: "" } },
      dsseEnvelope: { payload: Buffer.from(payload).toString("base64"), payloadType, signatures: [{ sig }] },
    }),
  );
}
