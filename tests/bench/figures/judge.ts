import type { Evidence, Image, ItemKind } from "#component/types";
import { PolicyCore } from "../../../host/core/core.js";
import { digestOf } from "../../../host/oci/digest.js";
import { OCI_MANIFEST } from "../../../host/oci/media-types.js";
import { descriptorOf, generateKey, makeImage, sigManifest, signLegacy } from "../../support/sign.js";
import type { Measure } from "../bench.js";
import { scaled } from "../figure.js";
import { compare } from "../sampling.js";

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

/** Of a key, before all of its multiples pay. */
const USES = 1000;

/** One judgement of an image with one signature, all evidence at hand: names, JSON, hashes, P-256, identity. */
export const measure: Measure = async function* ({ effort }) {
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

  const judge = () => core.judge(asked, evidence, 1_800_000_000n);
  const outcome = judge();
  if (outcome.tag !== "decided" || !outcome.val.ok)
    throw new Error(`not accepted: ${JSON.stringify(outcome)}`);
  // As in a daemon that has run for a while: what can be prepared for the key is prepared.
  for (let i = 0; i < USES; i++) judge();
  while (core.idle(1000));
  const [ours] = await compare([judge], effort);
  if (ours === undefined) return;
  yield {
    name: "judge(): typical image",
    unit: "µs",
    ours: scaled(ours, 1000),
    peer: "",
    theirs: null,
    runs: effort.rounds,
  };
};

function item(kind: ItemKind, reference: string, bytes: Uint8Array): Evidence {
  return {
    tag: "item",
    val: { kind, reference, mediaType: OCI_MANIFEST, annotations: [], bytes, origin: reference },
  };
}
