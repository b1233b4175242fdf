// Does a signature's docker-reference fit an image? One function per type of signedIdentity (upstream:
// signature/policy_reference_match.go). All comparisons are on normalised references.

import { Bytes } from "../bytes/bytes";
import { Writer } from "../bytes/writer";
import { parseNormalized, Reference } from "../image/reference";
import { IdentityType, SignedIdentity } from "./types";

/**
 * Whether `signed`, the reference in a signature, fits an image. `image` is null where the image has no docker-like
 * name: then only the types that name a reference themselves can match.
 */
export function matchesIdentity(identity: SignedIdentity, image: Reference | null, signed: Bytes): bool {
  const signature = parseNormalized(signed);
  if (signature === null) return false;
  switch (identity.type) {
    case IdentityType.ExactReference:
      return matchesExact(identity.reference, signature);
    case IdentityType.ExactRepository:
      return matchesRepository(identity.reference, signature);
    case IdentityType.MatchExact:
      return matchesExact(image, signature);
    case IdentityType.MatchRepository:
    case IdentityType.MatchDigest:
      return matchesRepository(image, signature);
    case IdentityType.MatchRepoDigestOrExact:
      return matchesRepoDigestOrExact(image, signature);
    case IdentityType.RemapIdentity:
      return (
        image !== null &&
        matchesRepoDigestOrExact(remap(image, identity.prefix, identity.signedPrefix), signature)
      );
  }
  return false;
}

function matchesExact(image: Reference | null, signature: Reference): bool {
  if (image === null || image.isNameOnly() || signature.isNameOnly()) return false;
  return image.toBytes().equals(signature.toBytes());
}

function matchesRepository(image: Reference | null, signature: Reference): bool {
  return image !== null && image.name.equals(signature.name);
}

function matchesRepoDigestOrExact(image: Reference | null, signature: Reference): bool {
  if (image === null || signature.isNameOnly()) return false;
  if (image.tag !== null) return image.toBytes().equals(signature.toBytes());
  // The manifest was compared with the image's digest, and the signature's digest with the manifest.
  return image.digest !== null && image.name.equals(signature.name);
}

/**
 * The image's reference with `prefix` replaced by `signedPrefix`: the reference itself if it does not begin with the
 * prefix, null if the result is not canonical.
 */
export function remap(image: Reference, prefix: Bytes, signedPrefix: Bytes): Reference | null {
  if (!hasPrefix(image, prefix)) return image;
  const text = new Writer().bytes(signedPrefix).bytes(image.toBytes().from(prefix.length)).done();
  const remapped = parseNormalized(text);
  return remapped !== null && remapped.toBytes().equals(text) ? remapped : null;
}

/** Whether the reference's name is `prefix`, or goes on after it with a slash. */
export function hasPrefix(reference: Reference, prefix: Bytes): bool {
  const name = reference.name;
  if (!name.startsWithBytes(prefix)) return false;
  return name.length == prefix.length || name.at(prefix.length) == 0x2f;
}
