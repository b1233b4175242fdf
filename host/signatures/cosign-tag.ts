import type { Evidence, Request } from "#component/types";
import type { RegistryClient } from "../registry/client.js";
import type { Endpoint } from "../registry/endpoint.js";
import { asEvidence } from "./evidence.js";

/** The tag cosign keeps an image's signatures under, in the image's own repository. */
const COSIGN_TAG = /^sha256-[0-9a-f]{64}\.sig$/;

/**
 * The manifest under cosign's tag, whose layers are the signatures. The core has derived the tag from the image's
 * digest; the host does not ask for any other.
 */
export async function fetchCosignTag(
  client: RegistryClient,
  request: Request,
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  if (!COSIGN_TAG.test(request.reference)) throw new TypeError("not a tag of cosign's");
  const want = { accept: request.mediaTypes, maxBytes: request.maxBytes, signal };
  return asEvidence(request, client.manifest({ ...request, endpoint }, want));
}
