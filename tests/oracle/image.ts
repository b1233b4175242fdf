// Images of the oracle: what they are called, what signatures they have, and how both are made.
import { createHash } from "node:crypto";
import fc from "fast-check";
import { digestOf } from "../../host/oci/digest.js";
import {
  DOCKER_MANIFEST,
  OCI_CONFIG,
  OCI_INDEX,
  OCI_MANIFEST,
  SIMPLE_SIGNING,
} from "../../host/oci/media-types.js";
import { SIGNATURE_ANNOTATION, type Signature } from "../conformance/image.js";
import { dockerImage } from "../e2e/matrix/images.js";
import { makeImage, type TestImage } from "../support/image.js";
import { type Keys, MANNERS, type Manner, SIGNERS, type SignerName } from "./keys.js";
import { type Authorities, PROOFS, type ProofName } from "./proofs.js";
import { oneOf } from "./weights.js";

/** Hosts of image names; both sides reach them at the test's registries. */
export const HOSTS = [
  "registry.example.com",
  "example.com:8443",
  "localhost:5000",
  "10.0.0.7:5000",
  "docker.io",
];
/** The host whose registry stores what the real one refuses to store. */
export const LENIENT_HOST = "lenient.example.com";

const MANIFESTS = [
  "of OCI",
  "of Docker",
  "with a member twice",
  "with another media type inside",
  "with signatures",
  "deeper than 32",
] as const;
/** What is signed of an image of several platforms; "none" is an image of one. */
const PLATFORMS = [
  "none",
  "the index",
  "each platform",
  "each platform but one",
  "the index and each platform",
] as const;
const IDENTITIES = [
  "repository",
  "repository:tag",
  "repository:other",
  "repository@digest",
  "repository@other",
  "vendor",
  "vendor:tag",
  "as typed",
  "parent",
  "HOST",
  "nothing",
] as const;
const PAYLOADS = [
  "as cosign's",
  "as skopeo's",
  "with annotations",
  "with white space",
  "without optional",
  "of GPG's type",
  "with an unknown member",
  "with a member twice",
  "with a fraction of a second",
  "deeper than 32",
  "longer than 1 MiB",
] as const;
const DIGESTS = ["right", "of another", "by sha512", "in upper case"] as const;
const LAYERS = [
  "right",
  "as text/plain",
  "without annotation",
  "with line breaks",
  "not in base64",
  "with other annotations",
  "of another size",
  "by sha512",
] as const;
const TAGGED = ["a manifest", "a Docker manifest", "an index"] as const;

export interface SignatureRecipe {
  readonly by: SignerName;
  readonly manner: Manner;
  readonly identity: (typeof IDENTITIES)[number];
  readonly payload: (typeof PAYLOADS)[number];
  readonly digest: (typeof DIGESTS)[number];
  readonly layer: (typeof LAYERS)[number];
  readonly proof: ProofName;
}

export interface ImageRecipe {
  readonly host: string;
  readonly folders: readonly string[];
  readonly tag: string;
  readonly manifest: (typeof MANIFESTS)[number];
  readonly platforms: (typeof PLATFORMS)[number];
  readonly signatures: readonly SignatureRecipe[];
  /** How many signatures of a stranger stand before them. */
  readonly strangers: number;
  readonly tagged: (typeof TAGGED)[number];
}

const signature: fc.Arbitrary<SignatureRecipe> = fc
  .record({
    by: oneOf(SIGNERS, 12, 4, 5, 5, 5, 2, 5, 1, 1, 1),
    manner: oneOf(MANNERS, 30, 3, 2, 1),
    identity: oneOf(IDENTITIES, 12, 12, 2, 4, 2, 2, 3, 2, 1, 1, 1),
    payload: oneOf(PAYLOADS, 36, 12, 4, 2, 1, 1, 1, 1, 1, 1, 0.3),
    digest: oneOf(DIGESTS, 60, 3, 1, 1),
    layer: oneOf(LAYERS, 60, 1, 1, 2, 1, 1, 1, 1),
    proof: oneOf(PROOFS, 24, 6, 0.5, 0.5, 0.5, 1, 0.5, 6, 0.5, 2, 1, 1, 0.5, 1, 0.5, 1, 1, 2, 0.5),
  })
  .map((recipe) =>
    // Whether a rule excepts those it finds out by another key's signature, for which no log has an entry.
    recipe.proof !== "by itself" && recipe.manner === "over another hash"
      ? { ...recipe, manner: "as usual" as const }
      : recipe,
  );

export const imageRecipe: fc.Arbitrary<ImageRecipe> = fc
  .record({
    host: oneOf(HOSTS, 10, 8, 5, 4, 8),
    folders: fc.constantFrom([], ["team"], ["team", "backend"]),
    tag: fc.constantFrom("1", "latest", "v2.0-rc_1"),
    manifest: oneOf(MANIFESTS, 30, 4, 1, 1, 0.5, 1),
    platforms: oneOf(PLATFORMS, 30, 1, 2, 1, 1),
    signatures: fc.oneof(
      { weight: 1, arbitrary: fc.constant([]) },
      { weight: 6, arbitrary: fc.tuple(signature) },
      { weight: 3, arbitrary: fc.array(signature, { minLength: 2, maxLength: 3 }) },
    ),
    strangers: oneOf([0, 40, 128], 80, 1, 1),
    tagged: oneOf(TAGGED, 60, 1, 1),
  })
  .map((recipe) => (recipe.platforms === "none" ? recipe : withoutLimits(recipe)));

/** Of an index one thing is asked at a time: what upstream and we take for a signature has images of its own. */
function withoutLimits(recipe: ImageRecipe): ImageRecipe {
  const signatures = recipe.signatures.map((signature): SignatureRecipe => {
    const { manner, payload, layer, by, proof } = signature;
    return {
      ...signature,
      manner: manner === "over another hash" ? "as usual" : manner,
      payload: payload === "deeper than 32" || payload === "longer than 1 MiB" ? "as cosign's" : payload,
      layer: layer === "by sha512" ? "right" : layer,
      proof: by === "P-224" || by === "RSA 1024" ? "by itself" : proof,
    };
  });
  return { ...recipe, manifest: "of OCI", signatures };
}

/** An image with its signatures as they are stored. */
export interface BuiltImage {
  /** Canonical, without tag and digest. */
  readonly name: string;
  /** The path in its registry. */
  readonly repository: string;
  readonly content: TestImage;
  /** `content.mediaType` is what it is served as. */
  readonly tag: string;
  readonly signatures: readonly StoredSignature[];
  /** Of an index, the images of its platforms. */
  readonly platforms: readonly Signed[];
  readonly recipe: ImageRecipe;
}

/** Something with signatures under cosign's tag. */
export interface Signed {
  readonly content: TestImage;
  readonly signatures: readonly StoredSignature[];
}

export interface StoredSignature extends Signature {
  readonly digest: string;
  readonly size: number;
}

/** Who can sign, log and certify. */
export interface Makers {
  readonly keys: Keys;
  readonly authorities: Authorities;
}

/** The image of a recipe; `n` makes its name unlike any other's. */
export function buildImage(recipe: ImageRecipe, n: number, makers: Makers): BuiltImage {
  const { folders, tag } = recipe;
  const host = needsLenientRegistry(recipe) ? LENIENT_HOST : recipe.host;
  const path = [...(folders.length === 0 && host === "docker.io" ? ["library"] : folders), `app${n}`];
  const repository = path.join("/");
  const image = { name: `${host}/${repository}`, repository, content: manifestOf(recipe, n), tag, recipe };
  const strangers = Array.from({ length: recipe.strangers }, (_, i) => strangersSignature(image, i, makers));
  const signaturesOf = (content: TestImage) =>
    recipe.signatures.map((signature) => storedSignature(signature, { ...image, content }, makers));
  const { children } = image.content;
  const platforms = children.map((content, i) => ({
    content,
    signatures: isPlatformSigned(recipe, i === children.length - 1) ? signaturesOf(content) : [],
  }));
  const own = isSignedItself(recipe) ? signaturesOf(image.content) : [];
  return { ...image, signatures: [...strangers, ...own], platforms };
}

function isSignedItself({ platforms }: ImageRecipe): boolean {
  return !platforms.startsWith("each platform");
}

function isPlatformSigned({ platforms }: ImageRecipe, isLast: boolean): boolean {
  return platforms.endsWith("each platform") || (platforms === "each platform but one" && !isLast);
}

function manifestOf({ manifest, platforms }: ImageRecipe, n: number): TestImage {
  const seed = `oracle ${n}`;
  if (platforms !== "none") return makeImage({ seed, platforms: ["linux/amd64", "linux/arm64"] });
  const image = manifest === "of Docker" ? dockerImage(seed) : makeImage({ seed });
  const text = Buffer.from(image.bytes).toString();
  const changed = (other: string): TestImage => {
    const bytes = Buffer.from(other);
    return { ...image, bytes, digest: digestOf(bytes) };
  };
  switch (manifest) {
    case "with a member twice":
      return changed(text.replace("{", '{"schemaVersion":2,'));
    case "with another media type inside":
      return changed(text.replace(OCI_MANIFEST, DOCKER_MANIFEST));
    case "with signatures":
      return changed(text.replace("{", '{"signatures":[],'));
    case "deeper than 32":
      return changed(text.replace("{", `{"deep":${deep(33)},`));
    default:
      return image;
  }
}

type Unsigned = Omit<BuiltImage, "signatures" | "platforms">;

/** What a signature calls the image. */
export function identityOf(
  kind: SignatureRecipe["identity"],
  { name, tag, content, recipe }: Unsigned,
): string {
  const vendor = `vendor.example/${recipe.folders.join("/") || "apps"}/app`;
  switch (kind) {
    case "repository":
      return name;
    case "repository:tag":
      return `${name}:${tag}`;
    case "repository:other":
      return `${name}:other`;
    case "repository@digest":
      return `${name}@${content.digest}`;
    case "repository@other":
      return `${name}@${OTHER_DIGEST}`;
    case "vendor":
      return vendor;
    case "vendor:tag":
      return `${vendor}:${tag}`;
    case "as typed":
      return `${name.replace(/^docker\.io\/(library\/)?/, "")}:${tag}`;
    case "parent":
      return name.slice(0, name.lastIndexOf("/"));
    case "HOST":
      return `${name.replace(/^[^/]*/, (host) => host.toUpperCase())}:${tag}`;
    case "nothing":
      return "";
  }
}

export const OTHER_DIGEST = digestOf(Buffer.from("another image"));

function storedSignature(
  recipe: SignatureRecipe,
  image: Unsigned,
  { keys, authorities }: Makers,
): StoredSignature {
  const payload = Buffer.from(payloadOf(recipe, image));
  const signature = keys.sign(recipe.by, recipe.manner, payload).toString("base64");
  const layer = layerOf(recipe.layer, payload, signature);
  const proof = authorities.annotations(recipe.proof, keys.pair(recipe.by), { payload, signature });
  return { ...layer, annotations: { ...layer.annotations, ...proof } };
}

function strangersSignature(image: Unsigned, n: number, { keys }: Makers): StoredSignature {
  const payload = Buffer.from(JSON.stringify(claim(image.name, OTHER_DIGEST, { n: `${n}` })));
  return layerOf("right", payload, keys.sign("secp256k1", "as usual", payload).toString("base64"));
}

function claim(
  reference: string,
  digest: string,
  optional: unknown,
  type = "cosign container image signature",
) {
  return {
    critical: {
      identity: { "docker-reference": reference },
      image: { "docker-manifest-digest": digest },
      type,
    },
    optional,
  };
}

function payloadOf({ identity, payload, digest }: SignatureRecipe, image: Unsigned): string {
  const reference = identityOf(identity, image);
  const signed = signedDigest(digest, image.content);
  const text = (optional: unknown) => JSON.stringify(claim(reference, signed, optional));
  switch (payload) {
    case "as cosign's":
      return text(null);
    case "as skopeo's":
      return text({ creator: "containers/image", timestamp: 1_700_000_000 });
    case "with annotations":
      return text({ build: "42", note: "<é>" });
    case "with white space":
      return JSON.stringify(claim(reference, signed, null), null, 2);
    case "without optional":
      return text(undefined);
    case "of GPG's type":
      return JSON.stringify(claim(reference, signed, null, "atomic container signature"));
    case "with an unknown member":
      return text(null).replace("{", '{"more":1,');
    case "with a member twice":
      return text(null).replace('"critical":', '"optional":null,"critical":');
    case "with a fraction of a second":
      return text({ timestamp: 1_700_000_000.5 });
    case "deeper than 32":
      return text(null).replace(/null}$/, `{"deep":${deep(33)}}}`);
    case "longer than 1 MiB":
      return text({ long: "x".repeat(1 << 20) });
  }
}

function signedDigest(digest: SignatureRecipe["digest"], { bytes, digest: right }: TestImage): string {
  switch (digest) {
    case "right":
      return right;
    case "of another":
      return OTHER_DIGEST;
    case "by sha512":
      return sha512Of(bytes);
    case "in upper case":
      return right.toUpperCase().replace("SHA256", "sha256");
  }
}

function layerOf(kind: SignatureRecipe["layer"], payload: Buffer, base64: string): StoredSignature {
  const usual = {
    mimeType: SIMPLE_SIGNING,
    payload,
    annotations: { [SIGNATURE_ANNOTATION]: base64 } as Record<string, string>,
    digest: digestOf(payload),
    size: payload.length,
  };
  const annotated = (text: string) => ({ ...usual, annotations: { [SIGNATURE_ANNOTATION]: text } });
  switch (kind) {
    case "right":
      return usual;
    case "as text/plain":
      return { ...usual, mimeType: "text/plain" };
    case "without annotation":
      return { ...usual, annotations: {} };
    case "with line breaks":
      return annotated(base64.replace(/.{20}/g, "$&\r\n"));
    case "not in base64":
      return annotated(`${base64} `);
    case "with other annotations":
      return {
        ...usual,
        annotations: {
          ...usual.annotations,
          "dev.sigstore.cosign/bundle": "no bundle",
          "dev.sigstore.cosign/certificate": "no certificate",
        },
      };
    case "of another size":
      return { ...usual, size: usual.size + 1 };
    case "by sha512":
      return { ...usual, digest: sha512Of(payload) };
  }
}

/** What stands under cosign's tag, and the media type it is served with. */
export function taggedManifest({ tagged }: ImageRecipe, { signatures }: Signed, config: Uint8Array) {
  const layers = signatures.map(({ mimeType, annotations, digest, size }) => ({
    mediaType: mimeType,
    size,
    digest,
    annotations,
  }));
  const described = { mediaType: OCI_CONFIG, size: config.length, digest: digestOf(config) };
  const manifest = { schemaVersion: 2, config: described, layers };
  const mediaType = {
    "a manifest": OCI_MANIFEST,
    "a Docker manifest": DOCKER_MANIFEST,
    "an index": OCI_INDEX,
  }[tagged];
  const document = tagged === "an index" ? { schemaVersion: 2, manifests: [] } : manifest;
  return { bytes: Buffer.from(JSON.stringify({ ...document, mediaType })), mediaType };
}

/** Whether the real registry refuses to store it. */
export function needsLenientRegistry({ manifest, signatures, tagged }: ImageRecipe): boolean {
  return (
    manifest === "with another media type inside" ||
    tagged !== "a manifest" ||
    signatures.some(({ layer }) => layer === "by sha512")
  );
}

function sha512Of(bytes: Uint8Array): string {
  return `sha512:${createHash("sha512").update(bytes).digest("hex")}`;
}

/** A value nested that deep. */
function deep(levels: number): string {
  return "[".repeat(levels) + "]".repeat(levels);
}

/** For people: what is signed by whom, with everything that is not as usual. */
export function describeImage({ manifest, platforms, strangers, signatures, tagged }: ImageRecipe): string {
  const unusual = (text: string, usual: string, before = "") => (text === usual ? "" : ` ${before}${text}`);
  const described = signatures.map(
    ({ by, manner, identity, payload, digest, layer, proof }) =>
      `${by} for ${identity}${unusual(manner, "as usual")}${unusual(proof, "by itself")}${unusual(payload, "as cosign's", "payload ")}` +
      `${unusual(digest, "right", "digest ")}${unusual(layer, "right", "layer ")}`,
  );
  const parts = [
    ...(strangers > 0 ? [`${strangers} by a stranger`] : []),
    ...described,
    ...(tagged === "a manifest" ? [] : [`all in ${tagged}`]),
  ];
  const index = platforms === "none" ? "" : `of two platforms, signed ${platforms}, `;
  return `${index}${manifest === "of OCI" ? "" : `manifest ${manifest}, `}${parts.join("; ") || "unsigned"}`;
}
