import { type Response, readExplanation } from "./body.js";
import type { Connections } from "./connections.js";
import type { Endpoint } from "./endpoint.js";
import { RegistryError } from "./error.js";
import { isRedirect, MAX_REDIRECTS, redirectTarget } from "./redirect.js";

/** The last answer of an exchange. */
export interface Answer extends Response {
  readonly status: number;
  /** Whether the registry itself answered, rather than a host it sent us to. */
  readonly fromRegistry: boolean;
}

export interface Asking {
  readonly headers: Record<string, string>;
  /** Value of the Authorization header; for the registry's own origin and for nobody else. */
  readonly authorization: string | null;
  readonly plainHttp: readonly string[];
  readonly signal: AbortSignal;
}

/** Asks a registry for a path and follows at most five redirects, by hand so that each one is judged. */
export async function exchange(
  connections: Connections,
  endpoint: Endpoint,
  path: string,
  asking: Asking,
): Promise<Answer> {
  let url = new URL(path, endpoint.url);
  // Once away from the registry, never back: a hop elsewhere could choose what the credentials are used for.
  let atRegistry = true;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const headers = { ...asking.headers };
    if (atRegistry && asking.authorization !== null) headers["authorization"] = asking.authorization;
    const reach = atRegistry ? "anywhere" : connections.reachFrom(endpoint.url);
    const { statusCode, ...response } = await connections.request(url, reach, {
      method: "GET",
      headers,
      signal: asking.signal,
    });
    if (!isRedirect(statusCode)) return { ...response, status: statusCode, fromRegistry: atRegistry };
    await readExplanation(response);
    url = redirectTarget(url, headerOf(response, "location"), asking.plainHttp);
    atRegistry &&= url.origin === endpoint.url.origin;
  }
  throw new RegistryError("registry-protocol", `more than ${MAX_REDIRECTS} redirects`);
}

/** A header's value; of several, none: whoever sends two locations means mischief. */
export function headerOf(response: Response, name: string): string | undefined {
  const value = response.headers[name];
  return typeof value === "string" ? value : undefined;
}
