import { LRUCache } from "lru-cache";
import type { Endpoint } from "./endpoint.js";
import type { Answer } from "./exchange.js";

const MAX_REMEMBERED = 1_024;
/** What OpenSSL says of an answer that is no TLS. */
const NO_TLS = /^(EPROTO|ERR_SSL_)/;

/** Endpoints that may speak http or https, and which of the two they turned out to speak. */
export class Schemes {
  readonly #spoken = new LRUCache<string, URL>({ max: MAX_REMEMBERED });

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

/** Whether an answer is one to the wrong scheme: no TLS where that was begun, or a server's 400 to http. */
export function isWrongScheme(asked: Answer | Error): boolean {
  if (asked instanceof Error) return NO_TLS.test(String((asked as NodeJS.ErrnoException).code));
  return asked.status === 400 && asked.url.protocol === "http:" && asked.fromRegistry;
}
