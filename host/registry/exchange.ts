import { type Response, readExplanation } from "./body.js";
import type { Connections } from "./connections.js";
import type { Endpoint } from "./endpoint.js";
import { RegistryError } from "./error.js";
import { isRedirect, MAX_REDIRECTS, redirectTarget } from "./redirect.js";
import type { TlsProfile } from "./tls-profile.js";

/** The last answer of an exchange. */
export interface Answer extends Response {
  readonly status: number;
  /** What was asked in the end. */
  readonly url: URL;
  /** Whether the registry itself answered, rather than a host it sent us to. */
  readonly fromRegistry: boolean;
}

export interface Asking {
  readonly method: "GET" | "HEAD" | "POST" | "PATCH" | "PUT";
  /** Those of the endpoint are added, for the registry's own origin and for nobody else. */
  readonly headers: Record<string, string | string[]>;
  readonly body: (() => Uint8Array | AsyncIterable<Uint8Array>) | null;
  /** Value of the Authorization header; for the registry's own origin and for nobody else. */
  readonly authorization: string | null;
  readonly plainHttp: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * Asks a registry, or a place it has named, and follows at most five redirects, by hand so that each one is judged.
 * A redirected write is refused: registries say where to write by Location headers of their own.
 */
export async function exchange(
  connections: Connections,
  endpoint: Endpoint,
  target: URL,
  asking: Asking,
): Promise<Answer> {
  const { method, signal } = asking;
  let url = target;
  // Once away from the registry, never back: a hop elsewhere could choose what the credentials are used for.
  let atRegistry = url.origin === endpoint.url.origin;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const headers = { ...(atRegistry ? endpoint.headers : {}), ...asking.headers };
    if (atRegistry && asking.authorization !== null) headers["authorization"] = asking.authorization;
    const reach = atRegistry ? "anywhere" : connections.reachFrom(endpoint.url);
    const body = asking.body === null ? {} : { body: asking.body() };
    const { statusCode, ...response } = await connections.request(url, reach, {
      method,
      headers,
      signal,
      tls: tlsFor(endpoint, url),
      ...body,
    });
    if (!isRedirect(statusCode)) return { ...response, status: statusCode, url, fromRegistry: atRegistry };
    await readExplanation(response);
    if (method !== "GET" && method !== "HEAD") {
      throw new RegistryError("registry-protocol", `a ${method} request was redirected`);
    }
    url = redirectTarget(url, headerOf(response, "location"), asking.plainHttp, "a redirect");
    atRegistry &&= url.origin === endpoint.url.origin;
  }
  throw new RegistryError("registry-protocol", `more than ${MAX_REDIRECTS} redirects`);
}

/** What applies to a registry applies to other ports of its host, where its token service often is. */
export function tlsFor({ url, tls }: Endpoint, target: URL): TlsProfile {
  return target.hostname === url.hostname ? tls : tls.elsewhere();
}

/** A header's value; null if there are several: whoever sends two locations means mischief. */
export function headerOf(response: Response, name: string): string | undefined {
  const value = response.headers[name];
  return typeof value === "string" ? value : undefined;
}

/** Content-Type without parameters, in lower case; empty if there is none. */
export function mediaTypeOf(answer: Answer): string {
  return (headerOf(answer, "content-type") ?? "").replace(/;.*$/s, "").trim().toLowerCase();
}
