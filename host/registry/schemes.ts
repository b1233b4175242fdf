import { LRUCache } from "lru-cache";
import type { Endpoint } from "./endpoint.js";
import type { Answer } from "./exchange.js";

const MAX_REMEMBERED = 1_024;
/** A registry can come back as one that speaks the other. */
const TTL_MS = 60_000;
/** What OpenSSL says of an answer that is no TLS, and what is left to say of a connection broken off. */
const WRONG = /^(EPROTO|ERR_SSL_|ECONNRESET$|UND_ERR_SOCKET$)/;

/** Endpoints that may speak http or https, and which of the two they turned out to speak. */
export class Schemes {
  readonly #spoken = new LRUCache<string, URL>({ max: MAX_REMEMBERED, ttl: TTL_MS });

  /** The endpoint by the scheme that it is known to speak, or is to be asked by first. */
  spoken(endpoint: Endpoint): Endpoint {
    if (endpoint.otherScheme === null) return endpoint;
    const url = this.#spoken.get(endpoint.url.host);
    return url === undefined ? endpoint : { ...endpoint, url, otherScheme: null };
  }

  /** The endpoint by its other scheme; null if there is none to try. */
  other(endpoint: Endpoint): Endpoint | null {
    if (endpoint.otherScheme === null) return null;
    return { ...endpoint, url: endpoint.otherScheme, otherScheme: null };
  }

  remember(endpoint: Endpoint, spoken: URL): void {
    this.#spoken.set(endpoint.url.host, spoken);
  }
}

/**
 * Whether an answer may be one to the wrong scheme: no TLS where that was begun; to http, a server's 400, or the
 * connection's end.
 */
export function isWrongScheme(asked: Answer | Error): boolean {
  if (asked instanceof Error) return WRONG.test(String((asked as NodeJS.ErrnoException).code));
  return asked.status === 400 && asked.url.protocol === "http:" && asked.fromRegistry;
}
