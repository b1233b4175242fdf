import type { LookupFunction } from "node:net";
import { isDigest } from "../oci/digest.js";
import { isRegistry, isRepository, isTag } from "../oci/names.js";
import { Authorizer, type Purpose } from "./authorizer.js";
import { discard, readBody, readExplanation } from "./body.js";
import { type Clock, systemClock } from "./clock.js";
import { connectionFailure } from "./connection-failure.js";
import { Connections } from "./connections.js";
import type { CredentialSource } from "./credentials/source.js";
import { type Endpoint, endpointOf } from "./endpoint.js";
import { RegistryError } from "./error.js";
import { type Answer, type Asking, exchange, headerOf } from "./exchange.js";
import { readRefusal } from "./refusal.js";
import { DEFAULT_RETRY, type RetryPolicy, retrying } from "./retry.js";
import { TokenService } from "./token-service.js";

export interface RegistryOptions {
  /** Registries, as host[:port], that may be asked over http; this machine always may. */
  readonly plainHttp: readonly string[];
  readonly credentials: CredentialSource;
  readonly userAgent?: string;
  /** Hosts, as host[:port], of token services that get credentials of registries elsewhere. */
  readonly tokenRealms?: readonly string[];
  readonly retry?: RetryPolicy;
  /** How names become addresses; the system's resolver unless told. The address rule applies to any. */
  readonly lookup?: LookupFunction;
  readonly clock?: Clock;
}

/** Something in a registry. */
export interface Address {
  /** As in image names: host and optional port. */
  readonly registry: string;
  readonly repository: string;
  /** A tag, or a digest. */
  readonly reference: string;
}

export interface Want {
  /** Media types, the most welcome first. */
  readonly accept: readonly string[];
  readonly maxBytes: number;
  /** The deadline of the whole request, retries and tokens included. */
  readonly signal: AbortSignal;
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
  readonly #plainHttp: readonly string[];
  readonly #userAgent: string;
  readonly #retry: RetryPolicy;
  readonly #clock: Clock;
  readonly #connections: Connections;
  readonly #authorizer: Authorizer;

  constructor(options: RegistryOptions) {
    for (const host of [...options.plainHttp, ...(options.tokenRealms ?? [])]) {
      if (!isRegistry(host)) throw new TypeError(`not a host or host:port: ${JSON.stringify(host)}`);
    }
    this.#plainHttp = options.plainHttp;
    this.#userAgent = options.userAgent ?? "countersign";
    this.#retry = options.retry ?? DEFAULT_RETRY;
    this.#clock = options.clock ?? systemClock;
    this.#connections = new Connections(options.lookup);
    this.#authorizer = new Authorizer({
      credentials: options.credentials,
      tokens: new TokenService(this.#connections, this.#clock, this.#userAgent),
      tokenRealms: options.tokenRealms ?? [],
      plainHttp: this.#plainHttp,
    });
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

  /** Ends every connection; what is under way fails as `registry-unavailable`. */
  close(): Promise<void> {
    return this.#connections.close();
  }

  async #fetch(at: Address, kind: "manifests" | "blobs", want: Want): Promise<Fetched | null> {
    if (!isRepository(at.repository)) throw new TypeError("not a repository name");
    const endpoint = endpointOf(at.registry, this.#plainHttp);
    const path = `/v2/${at.repository}/${kind}/${at.reference}`;
    const attempt = () => this.#attempt(endpoint, at, path, want);
    return retrying(this.#retry, this.#clock, want.signal, attempt);
  }

  async #attempt(endpoint: Endpoint, at: Address, path: string, want: Want): Promise<Fetched | null> {
    const purpose = { endpoint, repository: at.repository, signal: want.signal };
    try {
      const answer = await this.#ask(path, purpose, want);
      if (answer.status !== 200) return await this.#notFetched(answer);
      return await readFetched(answer, at, want);
    } catch (error) {
      const failure = connectionFailure(error, want.signal);
      if (!(failure instanceof RegistryError && failure.code === "registry-unauthorized")) throw failure;
      const withheld = await this.#authorizer.withheld(purpose);
      throw withheld === null ? failure : new RegistryError(failure.code, `${failure.detail}; ${withheld}`);
    }
  }

  /** Asks with what is known to convince the registry, and once more with the answer to its challenge. */
  async #ask(path: string, purpose: Purpose, want: Want): Promise<Answer> {
    const headers = {
      accept: want.accept.length > 0 ? want.accept.join(", ") : "*/*",
      "accept-encoding": "identity",
      "user-agent": this.#userAgent,
    };
    const asking = (authorization: string | null): Asking => {
      return { headers, authorization, plainHttp: this.#plainHttp, signal: want.signal };
    };
    const known = await this.#authorizer.authorization(purpose);
    const first = await exchange(this.#connections, purpose.endpoint, path, asking(known));
    if (first.status !== 401 || !first.fromRegistry) return first;
    const challenge = [first.headers["www-authenticate"] ?? []].flat().join(", ");
    const authorization = await this.#authorizer.answer(challenge, purpose, known).catch((error) => {
      discard(first);
      throw error;
    });
    if (authorization === null) return first;
    await readExplanation(first);
    return exchange(this.#connections, purpose.endpoint, path, asking(authorization));
  }

  async #notFetched(answer: Answer): Promise<null> {
    const who = answer.fromRegistry ? "the registry" : "the host the registry sends us to";
    const refusal = await readRefusal(answer.status, answer, who, this.#clock);
    if (refusal !== null) throw refusal;
    return null;
  }
}

async function readFetched(answer: Answer, at: Address, want: Want): Promise<Fetched> {
  const { bytes, digest } = await readBody(answer, want.maxBytes);
  if (isDigest(at.reference) && digest !== at.reference) {
    throw new RegistryError("registry-protocol", "the answer's bytes do not have the digest asked for");
  }
  return { bytes, digest, mediaType: mediaTypeOf(answer), origin: originOf(at) };
}

function mediaTypeOf(answer: Answer): string {
  return (headerOf(answer, "content-type") ?? "").replace(/;.*$/s, "").trim().toLowerCase();
}

function originOf({ registry, repository, reference }: Address): string {
  return `${registry}/${repository}${isDigest(reference) ? "@" : ":"}${reference}`;
}
