import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { digestOf } from "../../host/oci/digest.js";
import { OCI_CONFIG, OCI_MANIFEST, SIMPLE_SIGNING } from "../../host/oci/media-types.js";
import type { TestRegistry } from "./registry/registry.js";

export { descriptorOf, makeImage, pushImage, type TestImage } from "./image.js";

export interface SigningKey {
  readonly privateKey: KeyObject;
  /** SPKI in PEM, as `cosign.pub`. */
  readonly publicPem: string;
}

/** A signature as one layer of cosign's signature manifest. */
export interface LegacySignature {
  /** The bytes that were signed: the layer's blob. */
  readonly payload: Uint8Array;
  /** ASN.1 DER in base64. */
  readonly signature: string;
  /** Annotations beside the signature's own. */
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface SigningWish {
  readonly privateKey: KeyObject;
  /** What the image is called: host and repository, with a tag if the identity is to have one. */
  readonly dockerReference: string;
  /** `sha256:…` */
  readonly manifestDigest: string;
  /** Annotations (`cosign sign -a`). */
  readonly optional?: Readonly<Record<string, string>>;
}

/** A new P-256 key pair. */
export function generateKey(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { privateKey, publicPem: publicKey.export({ type: "spki", format: "pem" }) as string };
}

/** What `cosign sign --new-bundle-format=false` signs, and its ECDSA signature over SHA-256. */
export function signLegacy(wish: SigningWish): LegacySignature {
  const payload = Buffer.from(
    goJson({
      critical: {
        identity: { "docker-reference": wish.dockerReference },
        image: { "docker-manifest-digest": wish.manifestDigest },
        type: "cosign container image signature",
      },
      optional: wish.optional === undefined ? null : sorted(wish.optional),
    }),
  );
  return { payload, signature: sign("sha256", payload, wish.privateKey).toString("base64") };
}

/** cosign's signature manifest, byte for byte as cosign writes it, with its config blob. */
export function sigManifest(layers: readonly LegacySignature[]): { bytes: Uint8Array; config: Uint8Array } {
  const config = Buffer.from(
    JSON.stringify({
      architecture: "",
      created: "0001-01-01T00:00:00Z",
      history: layers.map(() => ({ created: "0001-01-01T00:00:00Z" })),
      os: "",
      rootfs: { type: "layers", diff_ids: layers.map(({ payload }) => digestOf(payload)) },
      config: {},
    }),
  );
  const manifest = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: { mediaType: OCI_CONFIG, size: config.length, digest: digestOf(config) },
    layers: layers.map(({ payload, signature, annotations }) => ({
      mediaType: SIMPLE_SIGNING,
      size: payload.length,
      digest: digestOf(payload),
      annotations: { "dev.cosignproject.cosign/signature": signature, ...annotations },
    })),
  };
  return { bytes: Buffer.from(JSON.stringify(manifest)), config };
}

/** Pushes signatures of an image under cosign's tag for it; returns the tag. */
export function pushSignatures(
  registry: TestRegistry,
  repository: string,
  manifestDigest: string,
  layers: readonly LegacySignature[],
): string {
  const tag = `${manifestDigest.replace(":", "-")}.sig`;
  const { bytes, config } = sigManifest(layers);
  registry.putBlob(repository, config);
  for (const { payload } of layers) registry.putBlob(repository, payload);
  registry.putManifest(repository, tag, bytes, OCI_MANIFEST);
  return tag;
}

/** Signs what is in a repository under the name it has there, and pushes the signature; returns the tag. */
export function pushSigned(
  registry: TestRegistry,
  repository: string,
  manifestDigest: string,
  privateKey: KeyObject,
  dockerReference = `${registry.host}/${repository}`,
): string {
  const signature = signLegacy({ privateKey, dockerReference, manifestDigest });
  return pushSignatures(registry, repository, manifestDigest, [signature]);
}

/** JSON as Go's encoding/json writes it. */
function goJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function sorted(object: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}
