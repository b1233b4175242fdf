import type { Evidence, Request } from "#component/types";
import type { RegistryClient } from "../registry/client.js";
import { fetchCosignTag } from "../signatures/cosign-tag.js";
import { asEvidence } from "../signatures/evidence.js";
import { fetchReferrers } from "../signatures/referrers.js";
import type { Source } from "./source.js";

/** Images in registries. Owns its client. */
export class RegistrySource implements Source {
  readonly #client: RegistryClient;

  constructor(client: RegistryClient) {
    this.#client = client;
  }

  async fetch(request: Request, signal: AbortSignal): Promise<readonly Evidence[]> {
    const want = { accept: request.mediaTypes, maxBytes: request.maxBytes, signal };
    switch (request.kind) {
      case "manifest":
        return asEvidence(request, this.#client.manifest(request, want));
      case "blob":
        return asEvidence(request, this.#client.blob(request, want));
      case "cosign-tag":
        return fetchCosignTag(this.#client, request, signal);
      case "referrers":
        return fetchReferrers(this.#client, request, signal);
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}
