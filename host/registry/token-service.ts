import { LRUCache } from "lru-cache";
import { type Response, readBody } from "./body.js";
import type { Clock } from "./clock.js";
import type { Connections } from "./connections.js";
import type { Credentials } from "./credentials/source.js";
import type { Endpoint } from "./endpoint.js";
import { RegistryError } from "./error.js";
import { tlsFor } from "./exchange.js";
import type { Realm } from "./realm.js";
import { readRefusal } from "./refusal.js";

const MAX_TOKENS = 1_024;
const MAX_ANSWER_BYTES = 64 * 1024;
/** What the distribution project's token specification says when expires_in is missing. */
const DEFAULT_LIFETIME_S = 60;
const LONGEST_LIFETIME_S = 3_600;
/** A token this close to expiry is not used any more. */
const SLACK_S = 10;

/** What a token is asked for. */
export interface TokenWish {
  readonly endpoint: Endpoint;
  readonly realm: Realm;
  readonly scopes: readonly string[];
  /** null: an anonymous token. */
  readonly credentials: Exclude<Credentials, { registryToken: string }> | null;
}

/**
 * Bearer tokens, kept until shortly before they expire, by realm, service, scope and user. Source:
 * the distribution project's token authentication specification; refresh tokens by its OAuth2 part.
 */
export class TokenService {
  readonly #connections: Connections;
  readonly #clock: Clock;
  readonly #userAgent: string;
  readonly #tokens = new LRUCache<string, { token: string; until: number }>({ max: MAX_TOKENS });
  readonly #asking = new Map<string, Promise<string>>();

  constructor(connections: Connections, clock: Clock, userAgent: string) {
    this.#connections = connections;
    this.#clock = clock;
    this.#userAgent = userAgent;
  }

  /** A token other than `rejected`; a kept one if there is one. */
  async token(wish: TokenWish, rejected: string | null, signal: AbortSignal): Promise<string> {
    const key = keyOf(wish);
    const kept = this.#tokens.get(key);
    if (kept !== undefined && kept.until > this.#clock.now() && kept.token !== rejected) return kept.token;
    // Manifest and signature are asked for at the same time; one token does for both.
    const asked = await this.#asking.get(key)?.catch(() => null);
    if (asked !== undefined && asked !== null && asked !== rejected) return asked;
    const asking = this.#fetch(wish, key, signal);
    this.#asking.set(key, asking);
    try {
      return await asking;
    } finally {
      if (this.#asking.get(key) === asking) this.#asking.delete(key);
    }
  }

  async #fetch(wish: TokenWish, key: string, signal: AbortSignal): Promise<string> {
    const { url, ...request } = requestFor(wish);
    const atRegistry = url.origin === wish.endpoint.url.origin;
    const reach = atRegistry ? "anywhere" : this.#connections.reachFrom(wish.endpoint.url);
    const headers = {
      ...(atRegistry ? wish.endpoint.headers : {}),
      ...request.headers,
      "accept-encoding": "identity",
      "user-agent": this.#userAgent,
    };
    const asked = this.#clock.now();
    const { statusCode, ...response } = await this.#connections.request(url, reach, {
      ...request,
      headers,
      signal,
      tls: tlsFor(wish.endpoint, url),
    });
    if (statusCode !== 200) throw await this.#refusal(statusCode, response);
    const { token, lifetime } = readToken((await readBody(response, MAX_ANSWER_BYTES)).bytes);
    this.#tokens.set(key, {
      token,
      until: asked + (Math.min(lifetime, LONGEST_LIFETIME_S) - SLACK_S) * 1_000,
    });
    return token;
  }

  /** Redirects count as refusals: no password is passed on to another place. */
  async #refusal(status: number, response: Response): Promise<RegistryError> {
    const who = "the token service";
    const refusal = await readRefusal(status, response, who, this.#clock);
    // A token service has nothing that could be "not there".
    return refusal ?? new RegistryError("registry-unauthorized", `${who} answered ${status}`);
  }
}

interface TokenRequest {
  readonly url: URL;
  readonly method: "GET" | "POST";
  readonly headers: Record<string, string>;
  readonly body?: string;
}

function requestFor({ realm, scopes, credentials }: TokenWish): TokenRequest {
  const url = new URL(realm.url);
  const wish = new URLSearchParams();
  // OAuth2 has one parameter for all scopes, the GET request one for each.
  const posted = credentials !== null && "identityToken" in credentials;
  for (const scope of posted ? [scopes.join(" ")] : scopes) wish.append("scope", scope);
  if (realm.service !== null) wish.set("service", realm.service);
  if (credentials !== null && "identityToken" in credentials) {
    wish.set("grant_type", "refresh_token");
    wish.set("refresh_token", credentials.identityToken);
    wish.set("client_id", "countersign");
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    return { url, method: "POST", headers, body: wish.toString() };
  }
  for (const [name, value] of wish) url.searchParams.append(name, value);
  return { url, method: "GET", headers: credentials === null ? {} : { authorization: basic(credentials) } };
}

/** The value of an Authorization header by RFC 7617. */
export function basic({ username, password }: { username: string; password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

function readToken(bytes: Uint8Array): { token: string; lifetime: number } {
  let answer: { token?: unknown; access_token?: unknown; expires_in?: unknown } | null;
  try {
    answer = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    answer = null;
  }
  const token = answer?.token || answer?.access_token;
  // What goes into a header is held against RFC 6750's alphabet for it.
  if (typeof token !== "string" || !/^[A-Za-z0-9\-._~+/]+=*$/.test(token)) {
    throw new RegistryError("registry-protocol", "the token service answered without a token");
  }
  const lifetime = answer?.expires_in;
  return { token, lifetime: typeof lifetime === "number" && lifetime > 0 ? lifetime : DEFAULT_LIFETIME_S };
}

function keyOf({ endpoint, realm, scopes, credentials }: TokenWish): string {
  const user =
    credentials === null
      ? null
      : "username" in credentials
        ? credentials.username
        : credentials.identityToken;
  return JSON.stringify([endpoint.registry, realm.url.href, realm.service, scopes, user]);
}
