import { LRUCache } from "lru-cache";

import { digestOf, isDigest } from "../oci/digest.js";
import { OCI_INDEX } from "../oci/media-types.js";
import { isTag } from "../oci/names.js";
import { readBody } from "./body.js";
import type { Endpoint } from "./endpoint.js";
import { RegistryError } from "./error.js";
import { type Answer, mediaTypeOf } from "./exchange.js";
import type { Capability } from "./hosts/host-settings.js";
import { fetchReferrerPages } from "./referrer-pages.js";
import { pullScope } from "./scope.js";
import { type RegistryOptions, type RepositoryAddress, Transport } from "./transport.js";

/** Something in a registry. */
export interface Address extends RepositoryAddress {
  /** A tag, or a digest. */
  readonly reference: string;
}

export interface Want {
  /** Media types, the most preferred first. */
  readonly accept: readonly string[];
  readonly maxBytes: number;
  /** The deadline of the whole request, retries and tokens included. */
  readonly signal: AbortSignal;
  /** What a token has to allow; by default, pulling from the repository. */
  readonly scopes?: readonly string[];
}

export interface Fetched {
  readonly bytes: Uint8Array;
  /** Content-Type without parameters; empty if there was none. */
  readonly mediaType: string;
  /** `sha256:…` of the bytes, computed as they came in. */
  readonly digest: string;
  /** Where it was found, such as `ghcr.io/a/b@sha256:…`: for people. */
  readonly origin: string;
}

/**
 * Reads from OCI registries. An answer is all of what was asked for, or null ("there is no such thing"), or a
 * `RegistryError` ("could not be asked, or gave no answer to be believed"). A fetch by digest has that digest.
 */
export class RegistryClient {
  readonly #transport: Transport;
  /** Those that had no list of referrers when they were last asked for one, by name and where it was asked. */
  readonly #listless = new LRUCache<string, true>({ max: 1_024 });

  constructor(registries: RegistryOptions | Transport) {
    this.#transport = registries instanceof Transport ? registries : new Transport(registries);
  }

  /** A manifest or index by tag or digest. */
  async manifest(at: Address, want: Want): Promise<Fetched | null> {
    if (!isTag(at.reference) && !isDigest(at.reference)) throw new TypeError("not a tag or sha256 digest");
    const fetched = await this.#fetch(at, "manifests", want);
    // A login or error page where a manifest should be is nothing to judge.
    if (fetched !== null && !fetched.mediaType.startsWith("application/")) {
      throw new RegistryError("registry-protocol", "the answer's content type is not a manifest's");
    }
    return fetched;
  }

  /** A blob by digest. */
  async blob(at: Address, want: Want): Promise<Fetched | null> {
    if (!isDigest(at.reference)) throw new TypeError("not a sha256 digest");
    return this.#fetch(at, "blobs", want);
  }

  /**
   * The list of what refers to a digest, in pages, or what stands under the fallback tag where the registry has no
   * such list (OCI distribution specification 1.1, "Referrers Tag Schema"); null if there is neither.
   */
  async referrers(at: Address, want: Want): Promise<readonly Fetched[] | null> {
    if (!isDigest(at.reference)) throw new TypeError("not a sha256 digest");
    const { maxBytes, signal, scopes = [pullScope(at.repository)] } = want;
    const fallback = () => this.manifest({ ...at, reference: at.reference.replace(":", "-") }, want);
    const registry = `${at.registry} ${at.endpoint?.url.origin}`;
    // It probably still has no list: one wait instead of two.
    const ahead = this.#listless.has(registry) ? fallback() : null;
    ahead?.catch(() => {});
    const pages = await fetchReferrerPages(this.#transport, at, at.reference, { scopes, signal, maxBytes });
    if (pages !== null) {
      this.#listless.delete(registry);
      return pages.map((bytes) => ({
        bytes,
        mediaType: OCI_INDEX,
        digest: digestOf(bytes),
        origin: originOf(at),
      }));
    }
    this.#listless.set(registry, true);
    const fetched = await (ahead ?? fallback());
    return fetched === null ? null : [fetched];
  }

  /** Where a registry may be asked, the first to be asked first, for an `Address` to say; the last is the registry itself. */
  endpoints(registry: string, needed: readonly Capability[]): Promise<readonly Endpoint[]> {
    return this.#transport.endpoints(registry, needed);
  }

  /** Ends every connection; what is under way fails as `registry-unavailable`. */
  close(): Promise<void> {
    return this.#transport.close();
  }

  async #fetch(at: Address, kind: "manifests" | "blobs", want: Want): Promise<Fetched | null> {
    const { accept, signal, scopes = [pullScope(at.repository)] } = want;
    const headers = { accept: accept.length > 0 ? accept.join(", ") : "*/*" };
    const target = `/v2/${at.repository}/${kind}/${at.reference}`;
    return this.#transport.retrying(signal, () =>
      this.#transport.send(at, { method: "GET", target, headers, scopes, signal }, (answer) =>
        answer.status === 200 ? readFetched(answer, at, want) : this.#transport.notFound(answer),
      ),
    );
  }
}

async function readFetched(answer: Answer, at: Address, want: Want): Promise<Fetched> {
  const { bytes, digest } = await readBody(answer, want.maxBytes);
  if (isDigest(at.reference) && digest !== at.reference) {
    throw new RegistryError("registry-protocol", "the answer's bytes do not have the digest asked for");
  }
  return { bytes, digest, mediaType: mediaTypeOf(answer), origin: originOf(at) };
}

function originOf({ registry, repository, reference, endpoint }: Address): string {
  const name = `${registry}/${repository}${isDigest(reference) ? "@" : ":"}${reference}`;
  return endpoint === undefined || endpoint.namespace === null ? name : `${name} (from ${endpoint.registry})`;
}
