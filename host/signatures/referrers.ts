import type { Evidence, Request } from "#component/types";
import type { RegistryClient } from "../registry/client.js";
import type { Endpoint } from "../registry/endpoint.js";
import { asEvidence } from "./evidence.js";

/** The referrers of an image, sigstore bundles among them. Each page of the list is an item of evidence. */
export function fetchReferrers(
  client: RegistryClient,
  request: Request,
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  const want = { accept: request.mediaTypes, maxBytes: request.maxBytes, signal };
  return asEvidence(request, client.referrers({ ...request, endpoint }, want));
}
