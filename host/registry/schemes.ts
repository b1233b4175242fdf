import { LRUCache } from "lru-cache";
import type { Endpoint } from "./endpoint.js";
import type { Answer } from "./exchange.js";

const MAX_REMEMBERED = 1_024;
/** A registry can come back speaking the other scheme. */
const TTL_MS = 60_000;
/** OpenSSL's codes for an answer that is not TLS, and for a connection that broke. */
const WRONG = /^(EPROTO|ERR_SSL_|ECONNRESET$|UND_ERR_SOCKET$)/;

/** Endpoints that may speak http or https, and which of the two they turned out to speak. */
export class Schemes {
  readonly #spoken = new LRUCache<string, URL>({ max: MAX_REMEMBERED, ttl: TTL_MS });

  /** The endpoint with the scheme that it is known to speak, or with the one to try first. */
  spoken(endpoint: Endpoint): Endpoint {
    if (endpoint.otherScheme === null) return endpoint;
    const url = this.#spoken.get(endpoint.url.host);
    return url === undefined ? endpoint : { ...endpoint, url, otherScheme: null };
  }

  /** The endpoint with its other scheme; null if there is none to try. */
  other(endpoint: Endpoint): Endpoint | null {
    if (endpoint.otherScheme === null) return null;
    return { ...endpoint, url: endpoint.otherScheme, otherScheme: null };
  }

  remember(endpoint: Endpoint, spoken: URL): void {
    this.#spoken.set(endpoint.url.host, spoken);
  }
}

/**
 * Whether an answer may be due to the wrong scheme: to https, something that is not TLS; to http, the server's 400, or
 * the end of the connection.
 */
export function isWrongScheme(asked: Answer | Error): boolean {
  if (asked instanceof Error) return WRONG.test(String((asked as NodeJS.ErrnoException).code));
  return asked.status === 400 && asked.url.protocol === "http:" && asked.fromRegistry;
}
