// Where our limits are narrower than upstream's: which cases they decide. All of it is about cases that upstream accepts.

import { type KeyObject, verify, X509Certificate } from "node:crypto";
import { DOCKER_MANIFEST_LIST, OCI_INDEX } from "../../host/oci/media-types.js";
import { type Case, isObject, text } from "./corpus.js";
import { mediaTypeOf, SIGNATURE_ANNOTATION, type Signature, type StoredImage, storedImage } from "./image.js";
import { jsonShape } from "./json-shape.js";
import { judgeStored } from "./judge.js";
import { keysOf, type Requirement, requirementsOf } from "./requirements.js";
import type { Rule } from "./rule.js";
import type { Subject } from "./subject.js";
import { jsonOf, kindOf } from "./traits.js";

type Fits = Rule["fits"];

/** assembly/limits.ts has them, with their sources. */
const JSON_DEPTH = 32;
const MANIFEST_MEMBERS = 512;
const SIGNATURE_BYTES = 1 << 20;
const SIGNATURES = 128;
const SIGNATURE_CHECKS = 512;

/** Whether upstream accepts by signatures that are as told, and by no other. */
function acceptedOnlyBySome(is: (signature: Signature, index: number) => boolean): Fits {
  return (test, subject) => {
    if (test["accept"] !== true) return false;
    const stored = storedImage(test, subject);
    const others = stored.signatures.filter((signature, i) => !is(signature, i));
    return (
      others.length < stored.signatures.length &&
      !judgeCase(test, subject, { ...stored, signatures: others }, requirementsOf(test, subject)).ok
    );
  };
}

export const acceptedByDeepPayloads = acceptedOnlyBySome(
  ({ payload }) => jsonShape(Buffer.from(payload).toString()).depth > JSON_DEPTH,
);
export const acceptedByWideLayers = acceptedOnlyBySome(
  ({ annotations }) => Object.keys(annotations).length > MANIFEST_MEMBERS,
);
export const acceptedByLongPayloads = acceptedOnlyBySome(({ payload }) => payload.length > SIGNATURE_BYTES);
export const acceptedByOtherDigests = acceptedOnlyBySome(
  ({ digest = "sha256:" }) => !digest.startsWith("sha256:"),
);
export const acceptedBeyondTheFirst = acceptedOnlyBySome((_, index) => index >= SIGNATURES);

/** Whether the key in the signature's certificate is of a size or on a curve that we refuse. */
export const acceptedByWeakCertificates = acceptedOnlyBySome(({ annotations }) => {
  try {
    const { publicKey } = new X509Certificate(annotations["dev.sigstore.cosign/certificate"] ?? "");
    const { modulusLength = 2048 } = publicKey.asymmetricKeyDetails ?? {};
    return modulusLength < 2048 || modulusLength > 4096 || kindOf(publicKey) === "secp224r1";
  } catch {
    return false;
  }
});

/** Whether the manifest, read by us, is as told. */
export function acceptedWithManifest(is: (manifest: Buffer, mediaType: string) => boolean): Fits {
  return (test, subject) => {
    if (test["accept"] !== true) return false;
    const { manifest, mediaType } = storedImage(test, subject);
    return manifest !== null && is(Buffer.from(manifest), mediaType ?? mediaTypeOf(manifest));
  };
}

export function isDeep(manifest: Buffer): boolean {
  return jsonShape(manifest.toString()).depth > JSON_DEPTH;
}

export function isWide(manifest: Buffer): boolean {
  return jsonShape(manifest.toString()).members > MANIFEST_MEMBERS;
}

export function repeatsMember(manifest: Buffer): boolean {
  return jsonShape(manifest.toString()).repeats;
}

/** Whether it says another media type than it is served with, or has the other kind's members, in any case. */
export function isAnotherKind(manifest: Buffer, mediaType: string): boolean {
  const document = jsonOf(manifest);
  if (!isObject(document)) return false;
  const isIndex = [OCI_INDEX, DOCKER_MANIFEST_LIST].includes(mediaType);
  return Object.entries(document).some(([name, value]) => {
    const folded = name.toLowerCase();
    if (folded === "mediatype") return value !== mediaType;
    return isIndex ? ["layers", "config"].includes(folded) : folded === "manifests";
  });
}

/** Whether the checks of signatures before the accepted one cost more than an image may cost. */
export function acceptedAfterTooManyChecks(test: Case, subject: Subject): boolean {
  if (test["accept"] !== true) return false;
  const stored = storedImage(test, subject);
  const budget = new Budget();
  const requirements = requirementsOf(test, subject).filter(
    ({ type, fulcio, pki }) => type === "sigstoreSigned" && fulcio === undefined && pki === undefined,
  );
  const isMet = (requirement: Requirement): boolean => {
    const keys = keysOf(requirement, subject).flatMap(({ first }) => first ?? []);
    return stored.signatures.some(
      (signature) =>
        budget.finds(signature, keys) &&
        judgeCase(test, subject, { ...stored, signatures: [signature] }, [requirement]).ok,
    );
  };
  return !requirements.every(isMet) && budget.isExhausted;
}

/** Signature checks by their cost, in checks by ECDSA P-256; a key is asked once about a signature. */
class Budget {
  #left = SIGNATURE_CHECKS;
  isExhausted = false;
  readonly #known = new Map<Signature, Map<string, boolean>>();

  /** Whether one of the keys made it, as far as the budget goes. */
  finds(signature: Signature, keys: readonly KeyObject[]): boolean {
    const known = this.#known.get(signature) ?? new Map<string, boolean>();
    this.#known.set(signature, known);
    for (const key of keys) {
      const id = key.export({ type: "spki", format: "der" }).toString("hex");
      if (!known.has(id)) {
        const cost = costOf(key);
        if (cost > this.#left) {
          this.isExhausted = true;
          return false;
        }
        this.#left -= cost;
        known.set(id, isBy(key, signature));
      }
      if (known.get(id)) return true;
    }
    return false;
  }
}

function costOf(key: KeyObject): number {
  const { modulusLength } = key.asymmetricKeyDetails ?? {};
  if (modulusLength !== undefined) return Math.ceil((modulusLength / 8 / 300) ** 2);
  return { secp384r1: 6, secp521r1: 16, ed25519: 2 }[kindOf(key)] ?? 1;
}

export function isBy(key: KeyObject, { payload, annotations }: Signature): boolean {
  const signature = Buffer.from(annotations[SIGNATURE_ANNOTATION] ?? "", "base64");
  if (key.asymmetricKeyType === "ed25519") return verify(null, payload, key, signature);
  return (
    verify("sha256", payload, key, signature) ||
    (key.asymmetricKeyType === "ec" &&
      verify("sha256", payload, { key, dsaEncoding: "ieee-p1363" }, signature))
  );
}

/** Our judgement on the case's name with other content under other requirements. */
export function judgeCase(
  test: Case,
  subject: Subject,
  stored: StoredImage,
  requirements: readonly Requirement[],
) {
  const transport = test["transport"] === undefined ? "docker" : text(test, "transport");
  const name = { transport, name: text(test, "imageReference") };
  return judgeStored(subject.core({ default: requirements }), name, stored);
}
