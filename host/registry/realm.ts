import { allowsHttp, type Endpoint } from "./endpoint.js";
import { RegistryError } from "./error.js";

/** A registry's token service, judged. */
export interface Realm {
  readonly url: URL;
  readonly service: string | null;
  /** Whether the user's credentials may be shown to it; else it is asked for an anonymous token. */
  readonly trusted: boolean;
}

/** Token services of public registries that are not at the registry's own host. */
const KNOWN: ReadonlyMap<string, string> = new Map([
  ["registry-1.docker.io", "auth.docker.io"],
  ["registry.gitlab.com", "gitlab.com"],
]);

/**
 * Judges the realm of a Bearer challenge. Any registry can name any host here, and would be sent the user's
 * password for it: so a realm gets credentials only at the registry's own host and port, or where `tokenRealms`
 * (host[:port]) or the table above lists it. It is https, or http at the host of a registry that is asked over
 * http itself.
 */
export function judgeRealm(
  endpoint: Endpoint,
  parameters: ReadonlyMap<string, string>,
  options: { tokenRealms: readonly string[]; plainHttp: readonly string[] },
): Realm {
  const realm = parameters.get("realm");
  if (realm === undefined || !URL.canParse(realm))
    throw new RegistryError("registry-protocol", "the token realm is not a url");
  const url = new URL(realm);
  if (url.username !== "" || url.password !== "") {
    throw new RegistryError("registry-protocol", "the token realm carries a user name");
  }
  const sameHost = url.hostname === endpoint.url.hostname;
  const http = url.protocol === "http:" && endpoint.url.protocol === "http:";
  if (url.protocol !== "https:" && !(http && sameHost && allowsHttp(url, options.plainHttp))) {
    throw new RegistryError("registry-protocol", "the token realm is not https");
  }
  url.hash = "";
  const listed = options.tokenRealms.some((entry) => entry.toLowerCase() === url.host);
  const trusted = listed || url.origin === endpoint.url.origin || KNOWN.get(endpoint.url.host) === url.host;
  return { url, service: parameters.get("service") ?? null, trusted };
}
