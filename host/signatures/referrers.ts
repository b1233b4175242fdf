import type { Evidence, Request } from "#component/types";
import type { RegistryClient } from "../registry/client.js";
import type { Endpoint } from "../registry/endpoint.js";
import { asEvidence } from "./evidence.js";

/** What refers to an image: sigstore bundles are found among it. Each page of the list is evidence of its own. */
export function fetchReferrers(
  client: RegistryClient,
  request: Request,
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  const want = { accept: request.mediaTypes, maxBytes: request.maxBytes, signal };
  return asEvidence(request, client.referrers({ ...request, endpoint }, want));
}
