import type { Evidence, Image, ItemKind } from "#component/types";
import { PolicyCore } from "../../host/core/core.js";
import { digestOf } from "../../host/oci/digest.js";
import { OCI_MANIFEST } from "../../host/oci/media-types.js";
import { descriptorOf, generateKey, makeImage, sigManifest, signLegacy } from "../support/sign.js";

const REPOSITORY = "ghcr.io/automata/app";
const KEY_PATH = "/data/workload/secret/cosign.pub";
const POLICY = {
  default: [{ type: "reject" }],
  transports: {
    docker: {
      "ghcr.io/automata": [
        { type: "sigstoreSigned", keyPath: KEY_PATH, signedIdentity: { type: "matchRepository" } },
      ],
    },
  },
};

/** Judges an image with one signature by a known key, all evidence at hand, and throws if it is not accepted. */
export function judgeTypicalImage(): { core: PolicyCore; judge: () => void } {
  const { privateKey, publicPem } = generateKey();
  const image = makeImage();
  const signature = signLegacy({ privateKey, dockerReference: REPOSITORY, manifestDigest: image.digest });
  const asked: Image = {
    transport: "docker",
    name: `${REPOSITORY}:1`,
    mode: "containerd",
    digest: image.digest,
    descriptor: Buffer.from(JSON.stringify(descriptorOf(image))),
  };
  const evidence = [
    item("manifest", image.digest, image.bytes),
    item("cosign-tag", `${image.digest.replace(":", "-")}.sig`, sigManifest([signature]).bytes),
    item("blob", digestOf(signature.payload), signature.payload),
  ];
  const core = PolicyCore.load(Buffer.from(JSON.stringify(POLICY)), () => Buffer.from(publicPem));
  const judge = () => {
    const outcome = core.judge(asked, evidence, 1_800_000_000n);
    if (outcome.tag !== "decided" || !outcome.val.ok)
      throw new Error(`not accepted: ${JSON.stringify(outcome)}`);
  };
  return { core, judge };
}

function item(kind: ItemKind, reference: string, bytes: Uint8Array): Evidence {
  return {
    tag: "item",
    val: { kind, reference, mediaType: OCI_MANIFEST, annotations: [], bytes, origin: reference },
  };
}
