import { lookup as systemLookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { LRUCache } from "lru-cache";
import type { Agent, buildConnector, Dispatcher } from "undici";
import { type AddressClass, classOf } from "./address.js";
import { RegistryError } from "./error.js";
import { type HttpProxy, NO_PROXIES, type Proxies } from "./proxies.js";
import type { TlsProfile } from "./tls-profile.js";
import { assertSpoken, proxyFailure, refusedByProxy, tunnelThrough } from "./tunnel.js";

/**
 * Which addresses a connection may lead to: `anywhere` for a registry itself, else public ones and those of the
 * class named. Connections of different reach are never shared.
 */
export type Reach = "anywhere" | AddressClass;

export interface Sending {
  readonly method: "GET" | "HEAD" | "POST" | "PATCH" | "PUT";
  readonly headers: Record<string, string | string[]>;
  readonly tls: TlsProfile;
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
}

/** A quarter of the 256 verifications in flight: one slow registry leaves room for the others. */
const CONNECTIONS_PER_HOST = 64;
const MAX_REMEMBERED_HOSTS = 1_024;
/** One for each reach and TLS profile; profiles change with their files. */
const MAX_AGENTS = 256;

/** What connections are made with. */
export interface ConnectionsOptions {
  /** How names become addresses; the system's resolver unless told. */
  readonly lookup?: LookupFunction | undefined;
  /** None unless told. */
  readonly proxies?: Proxies | undefined;
  /** Told of each host that is asked through a proxy, once. */
  readonly onProxied?: ((host: string, proxy: URL) => void) | undefined;
}

/**
 * The HTTP connections of a client. The address rule is applied where a name becomes an address, and the
 * addresses found acceptable are the ones connected to: a name cannot be bound anew in between. Behind a proxy that is
 * the proxy's to decide; what is an address already is held to the rule all the same.
 */
export class Connections {
  readonly #lookup: LookupFunction;
  readonly #proxies: Proxies;
  readonly #onProxied: (host: string, proxy: URL) => void;
  readonly #agents = new LRUCache<string, Promise<Agent>>({
    max: MAX_AGENTS,
    dispose: (agent) => void agent.then((agent) => agent.close()),
  });
  readonly #registries = new LRUCache<string, AddressClass>({ max: MAX_REMEMBERED_HOSTS });
  /** By origin, the proxy through which it is asked. */
  readonly #proxied = new LRUCache<string, string>({ max: MAX_REMEMBERED_HOSTS });

  constructor({ lookup, proxies, onProxied }: ConnectionsOptions = {}) {
    this.#lookup = lookup ?? systemLookup;
    this.#proxies = proxies ?? NO_PROXIES;
    this.#onProxied = onProxied ?? (() => {});
  }

  /** Sends one request; redirects are answers. */
  async request(url: URL, reach: Reach, options: Sending): Promise<Dispatcher.ResponseData> {
    const { request } = await undici();
    const { body, tls, headers, ...others } = options;
    // undici streams any async iterable, by backpressure; its types name Node's streams only.
    const sent = { ...others, body: (body ?? null) as Uint8Array | null };
    const proxy = this.#proxies.proxyFor(url);
    if (proxy !== null) this.#beginProxied(url, reach, proxy);
    if (proxy === null || url.protocol === "https:") {
      const at = { origin: url.origin, path: `${url.pathname}${url.search}`, headers };
      const answer = request.call(await this.#agent(reach, tls, proxy), { ...sent, ...at });
      return unlessAborted(answer, options.signal);
    }
    // The proxy is given the whole URL (RFC 9112, section 3.2.2), and asks itself.
    const at = { origin: proxy.url.origin, path: url.href, headers: forwardedHeaders(headers, url, proxy) };
    const forwarded = request.call(await this.#forwarding(url, proxy, tls), { ...sent, ...at });
    const answer = await unlessAborted(forwarded, options.signal);
    if (answer.statusCode !== 407) return answer;
    await answer.body.dump().catch(() => {});
    throw refusedByProxy(407);
  }

  #beginProxied(url: URL, reach: Reach, proxy: HttpProxy): void {
    assertSpoken(proxy);
    const address = url.hostname.replace(/^\[|\]$/g, "");
    if (isIP(address) !== 0) {
      if (reach === "anywhere") this.#registries.set(hostOf(url), classOf(address));
      else if (!isWithin(reach, address)) throw outOfReach(address);
    }
    if (this.#proxied.get(url.origin) === proxy.url.origin) return;
    this.#proxied.set(url.origin, proxy.url.origin);
    this.#onProxied(url.host, proxy.url);
  }

  /**
   * Where a registry may send us: the internet, or addresses of the class its own connection has. What counts is
   * the connection made, not what its name resolves to now.
   */
  reachFrom(registry: URL): Reach {
    return this.#registries.get(hostOf(registry)) ?? "public";
  }

  /** Which hosts were asked through which proxy, in words. */
  proxied(): string[] {
    return [...this.#proxied.entries()].map(
      ([origin, proxy]) => `${new URL(origin).host} through the proxy ${proxy}`,
    );
  }

  /** Ends every connection; what is under way fails. */
  async close(): Promise<void> {
    const agents = await Promise.all(this.#agents.values());
    await Promise.all(agents.map((agent) => agent.destroy()));
  }

  #agent(reach: Reach, tls: TlsProfile, proxy: HttpProxy | null): Promise<Agent> {
    if (proxy === null) return this.#kept(`${reach} ${tls.id}`, (build) => this.#straight(build, reach, tls));
    return this.#kept(`tunnel ${proxy.url.href} ${reach} ${tls.id}`, (build) =>
      tunnelThrough(
        { proxy, tls: tls.elsewhere(), lookup: this.#lookup },
        connectorOf(build, tls, this.#lookup),
      ),
    );
  }

  /** One for each host: a slow one leaves room for the others. */
  #forwarding({ host }: URL, proxy: HttpProxy, tls: TlsProfile): Promise<Agent> {
    const profile = tls.elsewhere();
    return this.#kept(`forward ${proxy.url.href} ${host} ${profile.id}`, (build) => {
      const connect = connectorOf(build, profile, this.#lookup);
      return (options, callback) =>
        connect(options, (...[error, socket]) =>
          error === null ? callback(null, socket) : callback(proxyFailure(error), null),
        );
    });
  }

  #kept(
    key: string,
    connectorBy: (build: typeof buildConnector) => buildConnector.connector,
  ): Promise<Agent> {
    let agent = this.#agents.get(key);
    if (agent === undefined) {
      agent = createAgent(connectorBy);
      this.#agents.set(key, agent);
    }
    return agent;
  }

  #straight(build: typeof buildConnector, reach: Reach, tls: TlsProfile): buildConnector.connector {
    const lookup = reach === "anywhere" ? this.#lookup : guardedLookup(reach, this.#lookup);
    const connector = connectorOf(build, tls, lookup);
    return reach === "anywhere" ? this.#remembering(connector) : guarded(reach, connector);
  }

  #remembering(connect: buildConnector.connector): buildConnector.connector {
    return (options, callback) =>
      connect(options, (...[error, socket]) => {
        if (error !== null) return callback(error, null);
        const host = hostOf({ hostname: options.hostname, port: options.port, protocol: options.protocol });
        this.#registries.set(host, classOf(socket.remoteAddress ?? ""));
        callback(null, socket);
      });
  }
}

/**
 * undici gives up a request it has sent, but waits for a connection attempt to end, even if nobody waits for it any
 * more.
 */
async function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort);
    if (signal.aborted) abort();
  });
  try {
    return await Promise.race([answer, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function forwardedHeaders(
  headers: Sending["headers"],
  { host }: URL,
  { authorization }: HttpProxy,
): Sending["headers"] {
  return {
    ...headers,
    host,
    ...(authorization === null ? {} : { "proxy-authorization": authorization }),
  };
}

async function createAgent(
  connectorBy: (build: typeof buildConnector) => buildConnector.connector,
): Promise<Agent> {
  const { Agent, buildConnector } = await undici();
  return new Agent({ connections: CONNECTIONS_PER_HOST, connect: connectorBy(buildConnector) });
}

/** Loaded with the first request, and of undici what is needed: all of it takes three times as long. */
async function loadUndici() {
  const [{ default: Agent }, { default: buildConnector }, { default: request }] = await Promise.all([
    import("undici/lib/dispatcher/agent.js"),
    import("undici/lib/core/connect.js"),
    import("undici/lib/api/api-request.js"),
  ]);
  return { Agent, buildConnector, request };
}

let loading: ReturnType<typeof loadUndici> | undefined;
function undici(): ReturnType<typeof loadUndici> {
  loading ??= loadUndici();
  return loading;
}

/** The system's authorities are read with the first https connection, since that takes 20 ms. */
function connectorOf(
  build: typeof buildConnector,
  tls: TlsProfile,
  lookup: LookupFunction,
): buildConnector.connector {
  // Its types do not say that the remaining options go to net.connect and tls.connect.
  const options = { timeout: tls.settings.connectTimeoutMs, lookup } as buildConnector.BuildOptions;
  const plain = build(options);
  let secure: buildConnector.connector | undefined;
  return (target, callback) => {
    if (target.protocol !== "https:") return plain(target, callback);
    secure ??= build({
      ...options,
      secureContext: tls.context,
      rejectUnauthorized: !tls.settings.skipVerify,
    });
    secure(target, callback);
  };
}

/** Refuses a host that is an address out of reach; those are never looked up. */
function guarded(reach: Reach, connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) => {
    const host = options.hostname.replace(/^\[|\]$/g, "");
    if (isIP(host) !== 0 && !isWithin(reach, host)) return callback(outOfReach(host), null);
    connect(options, callback);
  };
}

/** Refuses a name if any of its addresses is out of reach: one that has both is playing games. */
function guardedLookup(reach: Reach, lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) =>
    lookup(hostname, { ...options, all: true }, (error, found, family) => {
      if (error !== null) return callback(error, "", 0);
      const addresses = Array.isArray(found) ? found : [{ address: found, family: family ?? isIP(found) }];
      const refused = addresses.find(({ address }) => !isWithin(reach, address));
      if (refused !== undefined) return callback(outOfReach(refused.address), "", 0);
      if (options.all) return callback(null, addresses);
      const first = addresses[0];
      if (first === undefined)
        return callback(Object.assign(new Error("no address"), { code: "ENOTFOUND" }), "", 0);
      callback(null, first.address, first.family);
    });
}

function isWithin(reach: Reach, address: string): boolean {
  const kind = classOf(address);
  return kind === "public" || kind === reach;
}

function outOfReach(address: string): RegistryError {
  return new RegistryError("registry-protocol", `refused to be sent to a ${classOf(address)} address`);
}

function hostOf(url: { hostname: string; port: string; protocol: string }): string {
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return `${url.hostname.replace(/^\[|\]$/g, "")}:${port}`;
}
