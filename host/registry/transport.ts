import type { LookupFunction } from "node:net";
import { isRegistry, isRepository } from "../oci/names.js";
import { Authorizer, type Purpose } from "./authorizer.js";
import { discard, readExplanation } from "./body.js";
import { type Clock, systemClock } from "./clock.js";
import { connectionFailure } from "./connection-failure.js";
import { Connections } from "./connections.js";
import type { CredentialSource } from "./credentials/source.js";
import { apiUrl, type Endpoint, repositoryAt } from "./endpoint.js";
import { RegistryError } from "./error.js";
import { type Answer, type Asking, exchange, headerOf } from "./exchange.js";
import type { Capability } from "./hosts/host-settings.js";
import { type RegistryHost, type RegistryHosts, thatMay, usualHosts } from "./hosts/registry-hosts.js";
import type { Proxies } from "./proxies.js";
import { redirectTarget } from "./redirect.js";
import { readFailure, readRefusal } from "./refusal.js";
import { DEFAULT_RETRY, type RetryPolicy, retrying } from "./retry.js";
import { isWrongScheme, Schemes } from "./schemes.js";
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
  /** The proxies through which hosts are asked; none by default. */
  readonly proxies?: Proxies;
  /** Told of each host that is asked through one, once. */
  readonly onProxied?: (host: string, proxy: URL) => void;
  /** The hosts at which registries are asked; by default their usual places. */
  readonly hosts?: RegistryHosts;
}

/** A repository of a registry. */
export interface RepositoryAddress {
  /** As in image names: host and optional port. */
  readonly registry: string;
  readonly repository: string;
  /** Where it is to be asked; at the registry itself unless told. */
  readonly endpoint?: Endpoint;
}

export interface Call {
  readonly method: "GET" | "HEAD" | "POST" | "PATCH" | "PUT";
  /** A path of the distribution API, such as `/v2/a/b/tags/list`, or a URL the registry has given. */
  readonly target: string | URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** Opened anew each time the request is sent; its length stands in the headers. */
  readonly body?: () => Uint8Array | AsyncIterable<Uint8Array>;
  /** What a token has to allow, such as `repository:a/b:pull,push`. */
  readonly scopes: readonly string[];
  readonly signal: AbortSignal;
}

/** Requests to registries: connections, credentials, challenges, redirects, and when to try again. */
export class Transport {
  readonly #plainHttp: readonly string[];
  readonly #hosts: RegistryHosts;
  readonly #schemes = new Schemes();
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
    this.#hosts = options.hosts ?? usualHosts(options.plainHttp);
    this.#userAgent = options.userAgent ?? "countersign";
    this.#retry = options.retry ?? DEFAULT_RETRY;
    this.#clock = options.clock ?? systemClock;
    this.#connections = new Connections(options);
    this.#authorizer = new Authorizer({
      credentials: options.credentials,
      tokens: new TokenService(this.#connections, this.#clock, this.#userAgent),
      tokenRealms: options.tokenRealms ?? [],
      plainHttp: this.#plainHttp,
    });
  }

  /** Where a registry may be asked for something, the first to be asked first; the last is the registry itself. */
  async endpoints(registry: string, needed: readonly Capability[]): Promise<readonly Endpoint[]> {
    return thatMay(needed, await this.#hosts.hosts(registry));
  }

  /** Repeats an attempt that failed for a moment, as the retry policy has it. */
  retrying<T>(signal: AbortSignal, attempt: (tries: number) => Promise<T>): Promise<T> {
    return retrying(this.#retry, this.#clock, signal, attempt);
  }

  /**
   * Sends a request once, twice if it is challenged, and has the answer read, which must use up or discard its
   * body. Whatever goes wrong on the way, reading included, is a `RegistryError`.
   */
  async send<T>(at: RepositoryAddress, call: Call, read: (answer: Answer) => Promise<T>): Promise<T> {
    if (!isRepository(at.repository)) throw new TypeError("not a repository name");
    const given = at.endpoint ?? (await this.#origin(at.registry));
    const endpoint = this.#schemes.spoken(given);
    const { repository } = at;
    const purpose = { endpoint, repository, scopes: scopesAt(endpoint, call.scopes), signal: call.signal };
    try {
      return await read(await this.#askEitherWay(purpose, call));
    } catch (error) {
      const failure = connectionFailure(error, call.signal);
      if (!(failure instanceof RegistryError)) throw failure;
      failure.repository ??= `${at.registry}/${repository}`;
      if (failure.code !== "registry-unauthorized") throw failure;
      const withheld = await this.#authorizer.withheld(purpose);
      if (withheld === null) throw failure;
      const explained = new RegistryError(failure.code, `${failure.detail}; ${withheld}`);
      throw Object.assign(explained, { repository: failure.repository });
    }
  }

  /** Which hosts were asked through which proxy, in words. */
  proxied(): readonly string[] {
    return this.#connections.proxied();
  }

  /** What an answer without what was asked for means: null for "there is no such thing", else thrown. */
  async notFound(answer: Answer): Promise<null> {
    const refusal = await readRefusal(answer.status, answer, whoAnswered(answer), this.#clock);
    if (refusal !== null) throw refusal;
    return null;
  }

  /** Why a request that cannot be answered with "there is no such thing" was refused. */
  failure(answer: Answer): Promise<RegistryError> {
    return readFailure(answer.status, answer, whoAnswered(answer), this.#clock);
  }

  /** Where an answer's Location leads; `what` names it in the refusal. */
  locate(answer: Answer, what: string): URL {
    const http = answer.url.protocol === "http:" ? httpAllowed(answer.url, this.#plainHttp) : this.#plainHttp;
    return redirectTarget(answer.url, headerOf(answer, "location"), http, what);
  }

  /** Ends every connection; what is under way fails as `registry-unavailable`. */
  close(): Promise<void> {
    return this.#connections.close();
  }

  async #origin(registry: string): Promise<Endpoint> {
    return ((await this.#hosts.hosts(registry)).at(-1) as RegistryHost).endpoint;
  }

  /** Asks by the other scheme if a registry turns out not to speak the first. */
  async #askEitherWay(purpose: Purpose, call: Call): Promise<Answer> {
    const other = this.#schemes.other(purpose.endpoint);
    if (other === null) return this.#ask(purpose, call);
    const first = await this.#ask(purpose, call).catch((error: unknown) => error as Error);
    if (isWrongScheme(first)) {
      const second = await this.#ask({ ...purpose, endpoint: other }, call).catch(
        (error: unknown) => error as Error,
      );
      if (!isWrongScheme(second)) {
        if (!(first instanceof Error)) discard(first);
        this.#schemes.remember(purpose.endpoint, other.url);
        return unlessFailed(second);
      }
    } else if (!(first instanceof Error)) {
      this.#schemes.remember(purpose.endpoint, purpose.endpoint.url);
    }
    return unlessFailed(first);
  }

  /** Asks with the credentials the registry is known to accept, and once more with the answer to its challenge. */
  async #ask(purpose: Purpose, call: Call): Promise<Answer> {
    const { endpoint } = purpose;
    const target = typeof call.target === "string" ? apiUrl(endpoint, call.target) : call.target;
    const headers = { accept: "*/*", ...call.headers, "accept-encoding": "identity" };
    const asking = (authorization: string | null): Asking => ({
      method: call.method,
      headers: { ...headers, "user-agent": this.#userAgent },
      body: call.body ?? null,
      authorization,
      plainHttp: httpAllowed(endpoint.url, this.#plainHttp),
      signal: call.signal,
    });
    const known = await this.#authorizer.authorization(purpose);
    const first = await exchange(this.#connections, endpoint, target, asking(known));
    if (first.status !== 401 || !first.fromRegistry) return first;
    const challenge = [first.headers["www-authenticate"] ?? []].flat().join(", ");
    const authorization = await this.#authorizer.answer(challenge, purpose, known).catch((error) => {
      discard(first);
      throw error;
    });
    if (authorization === null) return first;
    await readExplanation(first);
    return exchange(this.#connections, endpoint, target, asking(authorization));
  }
}

/** Where a registry is asked over http, it may send us there again. */
function httpAllowed(url: URL, plainHttp: readonly string[]): readonly string[] {
  return url.protocol === "http:"
    ? [...plainHttp, url.port === "" ? `${url.hostname}:80` : url.host]
    : plainHttp;
}

/** Scopes as an endpoint knows the repositories they name. */
function scopesAt(endpoint: Endpoint, scopes: readonly string[]): readonly string[] {
  return scopes.map((scope) =>
    scope.replace(/^repository:([^:]+)/, (_, name: string) => `repository:${repositoryAt(endpoint, name)}`),
  );
}

function unlessFailed(answer: Answer | Error): Answer {
  if (answer instanceof Error) throw answer;
  return answer;
}

function whoAnswered(answer: Answer): string {
  return answer.fromRegistry ? "the registry" : "the host the registry sends us to";
}
