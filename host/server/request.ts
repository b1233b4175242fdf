import type { Image } from "#component/types";
import type { VerifyImageRequest } from "./generated/countersign/v1/verifier.js";

/** The media type that containerd promises for a verifier's standard input (containerd, docs/image-verification.md). */
const DESCRIPTOR_MEDIA_TYPE = "application/vnd.oci.descriptor.v1+json";
export const NAME_LIMIT = 1024;
const DIGEST_LIMIT = 256;
const DESCRIPTOR_LIMIT = 48 * 1024;
const NONCE_LENGTH = 16;

/** What is wrong with the form of a request; undefined if nothing is. What it says is for the core to judge. */
export function findFault(request: VerifyImageRequest): string | undefined {
  if (request.nonce.length !== NONCE_LENGTH) return `the nonce must have ${NONCE_LENGTH} bytes`;
  if (Buffer.byteLength(request.name) > NAME_LIMIT) return `the name is longer than ${NAME_LIMIT} bytes`;
  if (Buffer.byteLength(request.digest) > DIGEST_LIMIT) {
    return `the digest is longer than ${DIGEST_LIMIT} bytes`;
  }
  if (request.descriptor.length > DESCRIPTOR_LIMIT) {
    return `the descriptor is longer than ${DESCRIPTOR_LIMIT} bytes`;
  }
  if (request.descriptorMediaType !== DESCRIPTOR_MEDIA_TYPE) {
    return `the media type of the descriptor must be ${DESCRIPTOR_MEDIA_TYPE}`;
  }
  return undefined;
}

/** The image as containerd presents it, unread. */
export function imageOf({ name, digest, descriptor }: VerifyImageRequest): Image {
  return { transport: "docker", name, mode: "containerd", digest, descriptor };
}
