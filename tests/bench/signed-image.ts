import { sign } from "node:crypto";
import type { Evidence, Image, ItemKind } from "#component/types";
import { PolicyCore } from "../../host/core/core.js";
import { digestOf } from "../../host/oci/digest.js";
import { OCI_CONFIG, OCI_INDEX, OCI_LAYER_GZIP, OCI_MANIFEST } from "../../host/oci/media-types.js";
import { descriptorOf, generateKey, type SigningKey, sigManifest, signLegacy } from "../support/sign.js";

const REPOSITORY = "ghcr.io/automata/app";
const KEY_PATH = "/data/workload/secret/cosign.pub";
const BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";
const STATEMENT = "application/vnd.in-toto+json";

/** Of a typical manifest; its layers fill it. */
const MANIFEST_BYTES = 2048;

/** Unix time of every judgement. */
const NOW = 1_800_000_000n;

export interface TypicalImage {
  readonly core: PolicyCore;
  /** One judgement with all evidence at hand. Throws if the image is not accepted. */
  readonly judge: () => void;
}

/** An image with one signature by a known key, as cosign 2 makes it. */
export function judgeTypicalImage(): TypicalImage {
  const { load, judge } = typicalEvidence();
  const core = load();
  return { core, judge: () => judge(core) };
}

/** The same before the core is loaded. */
export function typicalEvidence(): { load: () => PolicyCore; judge: (core: PolicyCore) => void } {
  const key = generateKey();
  const manifest = makeManifest();
  const digest = digestOf(manifest);
  const wish = { privateKey: key.privateKey, dockerReference: REPOSITORY, manifestDigest: digest };
  const signature = signLegacy(wish);
  return judgingLater(key, manifest, [
    item("cosign-tag", `${digest.replace(":", "-")}.sig`, sigManifest([signature]).bytes),
    item("blob", digestOf(signature.payload), signature.payload),
  ]);
}

/** An image with one bundle by a known key, as cosign 3 makes it; and the bundle. */
export function judgeBundledImage(): TypicalImage & { bundle: Uint8Array; key: SigningKey } {
  const key = generateKey();
  const manifest = makeManifest();
  const digest = digestOf(manifest);
  const bundle = makeBundle(key, digest);
  const layer = { mediaType: BUNDLE, digest: digestOf(bundle), size: bundle.length };
  const referrer = json({ schemaVersion: 2, mediaType: OCI_MANIFEST, layers: [layer] });
  const entry = { mediaType: OCI_MANIFEST, digest: digestOf(referrer), size: referrer.length };
  const index = json({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [entry] });
  const image = judging(key, manifest, [
    {
      tag: "absent",
      val: { kind: "cosign-tag", reference: `${digest.replace(":", "-")}.sig` },
    },
    item("referrers", digest, index, OCI_INDEX),
    item("manifest", entry.digest, referrer),
    item("blob", layer.digest, bundle, BUNDLE),
  ]);
  return { ...image, bundle, key };
}

/**
 * An image with 128 signatures, none of them good, by none of four keys of the policy: all the signature checks that one
 * judgement may make.
 */
export function judgeManyBadSignatures(): { core: PolicyCore; judge: () => void } {
  const keys = Array.from({ length: 4 }, generateKey);
  const stranger = generateKey();
  const manifest = makeManifest();
  const digest = digestOf(manifest);
  const signatures = Array.from({ length: 128 }, (_, i) =>
    signLegacy({
      privateKey: stranger.privateKey,
      dockerReference: `${REPOSITORY}:${i}`,
      manifestDigest: digest,
    }),
  );
  const evidence = [
    item("manifest", digest, manifest),
    item("cosign-tag", `${digest.replace(":", "-")}.sig`, sigManifest(signatures).bytes),
    ...signatures.map(({ payload }) => item("blob", digestOf(payload), payload)),
    { tag: "absent", val: { kind: "referrers", reference: digest } } as const,
  ];
  const paths = keys.map((_, i) => `/keys/${i}.pub`);
  const requirement = {
    type: "sigstoreSigned",
    keyPaths: paths,
    signedIdentity: { type: "matchRepository" },
  };
  const core = PolicyCore.load(json({ default: [requirement] }), (path) =>
    Buffer.from(keys[paths.indexOf(path)]?.publicPem ?? ""),
  );
  const asked = imageOf(manifest);
  const judge = () => {
    const outcome = core.judge(asked, evidence, NOW);
    if (outcome.tag !== "decided" || outcome.val.code !== "signature-invalid")
      throw new Error(`not refused for its signatures: ${JSON.stringify(outcome)}`);
  };
  return { core, judge };
}

function judging(key: SigningKey, manifest: Uint8Array, signatures: readonly Evidence[]): TypicalImage {
  const { load, judge } = judgingLater(key, manifest, signatures);
  const core = load();
  return { core, judge: () => judge(core) };
}

function judgingLater(key: SigningKey, manifest: Uint8Array, signatures: readonly Evidence[]) {
  const requirement = {
    type: "sigstoreSigned",
    keyPath: KEY_PATH,
    signedIdentity: { type: "matchRepository" },
  };
  const policy = json({
    default: [{ type: "reject" }],
    transports: { docker: { "ghcr.io/automata": [requirement] } },
  });
  const pem = Buffer.from(key.publicPem);
  const asked = imageOf(manifest);
  const evidence = [item("manifest", digestOf(manifest), manifest), ...signatures];
  const load = () => PolicyCore.load(policy, () => pem);
  const judge = (core: PolicyCore) => {
    const outcome = core.judge(asked, evidence, NOW);
    if (outcome.tag !== "decided" || !outcome.val.ok)
      throw new Error(`not accepted: ${JSON.stringify(outcome)}`);
  };
  return { load, judge };
}

function imageOf(manifest: Uint8Array): Image {
  const digest = digestOf(manifest);
  return {
    transport: "docker",
    name: `${REPOSITORY}:1`,
    mode: "containerd",
    digest,
    descriptor: json(descriptorOf({ bytes: manifest, mediaType: OCI_MANIFEST, digest })),
  };
}

function makeManifest(): Uint8Array {
  const layers: unknown[] = [];
  const config = { mediaType: OCI_CONFIG, digest: digestOf(Buffer.of(0)), size: 7023 };
  const encode = () => json({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers });
  while (encode().length < MANIFEST_BYTES) {
    const digest = digestOf(Buffer.of(layers.length));
    layers.push({ mediaType: OCI_LAYER_GZIP, digest, size: 32_654_321 + layers.length });
  }
  return encode();
}

function makeBundle(key: SigningKey, manifestDigest: string): Uint8Array {
  const sha256 = manifestDigest.slice("sha256:".length);
  const payload = json({
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name: REPOSITORY, digest: { sha256 }, annotations: {} }],
    predicateType: "https://sigstore.dev/cosign/sign/v1",
    predicate: {},
  });
  const encoded = Buffer.concat([
    Buffer.from(`DSSEv1 ${STATEMENT.length} ${STATEMENT} ${payload.length} `),
    payload,
  ]);
  const sig = sign("sha256", encoded, key.privateKey).toString("base64");
  return json({
    mediaType: BUNDLE,
    verificationMaterial: { publicKey: { hint: "" }, tlogEntries: [] },
    dsseEnvelope: { payload: payload.toString("base64"), payloadType: STATEMENT, signatures: [{ sig }] },
  });
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function item(
  kind: ItemKind,
  reference: string,
  bytes: Uint8Array,
  mediaType: string = OCI_MANIFEST,
): Evidence {
  return { tag: "item", val: { kind, reference, mediaType, annotations: [], bytes, origin: reference } };
}
