import type { Evidence, Image, Judgement, Request } from "#component/types";
import { PolicyCore } from "../../../host/core/core.js";
import { OCI_MANIFEST, SIMPLE_SIGNING } from "../../../host/oci/media-types.js";
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
}

/** Plays host: brings what is asked for until the core decides. Fails after four rounds, as the host does. */
export function judge(core: PolicyCore, image: Image, answers: Answers = {}): Judgement {
  const evidence: Evidence[] = [];
  for (let round = 0; round < 4; round++) {
    const outcome = core.judge(image, evidence, 1_800_000_000n);
    if (outcome.tag === "decided") return outcome.val;
    for (const request of outcome.val) evidence.push(answer(request, answers));
  }
  throw new Error("the core does not decide");
}

function answer(request: Request, answers: Answers): Evidence {
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

function find(
  { kind, reference }: Request,
  answers: Answers,
): { bytes: Uint8Array; mediaType: string } | null {
  const signatures = answers.signatures ?? [];
  switch (kind) {
    case "manifest": {
      const bytes = answers.manifest === undefined ? IMAGE.bytes : answers.manifest;
      return bytes && { bytes, mediaType: IMAGE.mediaType };
    }
    case "cosign-tag":
      if (answers.signatureManifest) return answers.signatureManifest;
      return signatures.length === 0
        ? null
        : { bytes: sigManifest(signatures).bytes, mediaType: OCI_MANIFEST };
    case "blob": {
      const replaced = answers.blob?.(reference);
      if (replaced !== undefined) return replaced && { bytes: replaced, mediaType: SIMPLE_SIGNING };
      const layers = JSON.parse(Buffer.from(sigManifest(signatures).bytes).toString()).layers as {
        digest: string;
      }[];
      const index = layers.findIndex(({ digest }) => digest === reference);
      const signature = signatures[index];
      return signature ? { bytes: signature.payload, mediaType: SIMPLE_SIGNING } : null;
    }
  }
}
