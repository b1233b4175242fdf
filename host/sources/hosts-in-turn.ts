import { LRUCache } from "lru-cache";

import type { Evidence, Request } from "#component/types";
import type { RegistryClient } from "../registry/client.js";
import type { Endpoint } from "../registry/endpoint.js";
import { RegistryError } from "../registry/error.js";
import { fetchCosignTag } from "../signatures/cosign-tag.js";
import { asEvidence } from "../signatures/evidence.js";
import { fetchReferrers } from "../signatures/referrers.js";
import type { EvidencePlace } from "./source.js";

/** A mirror that has not answered by then leaves time to ask the origin. */
const MIRROR_PATIENCE_MS = 2_500;
/** How long a mirror that could not be reached is not asked again. */
const MIRROR_REST_MS = 10_000;

/**
 * Mirrors that could not be reached a moment ago, each for the registry it was asked about: a pull-through mirror is as
 * slow and as broken as the registry behind it, and stays available for images of other registries.
 */
export class Unreachable {
  readonly #hosts = new LRUCache<string, true>({ max: 1_024, ttl: MIRROR_REST_MS });

  has(endpoint: Endpoint, registry: string): boolean {
    return this.#hosts.has(keyOf(endpoint, registry));
  }

  note(endpoint: Endpoint, registry: string, answers: readonly Evidence[]): void {
    const gone = answers.some(
      ({ tag, val }) =>
        tag === "unavailable" && (val.code === "registry-unavailable" || val.code === "registry-timeout"),
    );
    if (gone) this.#hosts.set(keyOf(endpoint, registry), true);
  }
}

function keyOf({ url }: Endpoint, registry: string): string {
  return `${url.origin} ${registry}`;
}

/**
 * A registry's hosts, asked in the order of its settings, each for what the ones before it did not provide. The answer
 * of the last, the registry itself, stands.
 */
export class HostsInTurn implements EvidencePlace {
  readonly #client: RegistryClient;
  readonly #unreachable: Unreachable;
  /** How many hosts after the first this begins at. */
  readonly #skipped: number;
  /** The first host that gave something, of those that are not the last. */
  #gave: number | null = null;

  constructor(client: RegistryClient, unreachable: Unreachable, skipped = 0) {
    this.#client = client;
    this.#unreachable = unreachable;
    this.#skipped = skipped;
  }

  async fetch(request: Request, signal: AbortSignal): Promise<readonly Evidence[]> {
    const hosts = await this.#hosts(request);
    if (hosts instanceof RegistryError) return asEvidence(request, Promise.reject(hosts));
    for (const [place, endpoint] of hosts.slice(0, -1).entries()) {
      if (place < this.#skipped || this.#unreachable.has(endpoint, request.registry)) continue;
      const patience = AbortSignal.any([signal, AbortSignal.timeout(MIRROR_PATIENCE_MS)]);
      const answers = await this.#ask(endpoint, request, patience);
      if (answers.every(({ tag }) => tag === "item")) {
        this.#gave = Math.min(this.#gave ?? place, place);
        return answers;
      }
      // That nobody waits any more does not count against a mirror.
      if (!signal.aborted) this.#unreachable.note(endpoint, request.registry, answers);
    }
    return this.#ask(hosts.at(-1) as Endpoint, request, signal);
  }

  beyond(): EvidencePlace | null {
    if (this.#gave === null) return null;
    return new HostsInTurn(this.#client, this.#unreachable, this.#gave + 1);
  }

  /** A mirror has to be trusted with one thing only: what a tag points to. Signatures speak for themselves. */
  async #hosts({ kind, registry, reference }: Request): Promise<readonly Endpoint[] | RegistryError> {
    const byTag = kind === "manifest" && !reference.includes(":");
    try {
      return await this.#client.endpoints(registry, byTag ? ["pull", "resolve"] : ["pull"]);
    } catch (error) {
      if (error instanceof RegistryError) return error;
      throw error;
    }
  }

  #ask(endpoint: Endpoint, request: Request, signal: AbortSignal): Promise<readonly Evidence[]> {
    const want = { accept: request.mediaTypes, maxBytes: request.maxBytes, signal };
    const at = { ...request, endpoint };
    switch (request.kind) {
      case "manifest":
        return asEvidence(request, this.#client.manifest(at, want));
      case "blob":
        return asEvidence(request, this.#client.blob(at, want));
      case "cosign-tag":
        return fetchCosignTag(this.#client, request, endpoint, signal);
      case "referrers":
        return fetchReferrers(this.#client, request, endpoint, signal);
    }
  }
}
