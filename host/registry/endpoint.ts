import { isRegistry } from "../oci/names.js";
import { RegistryError } from "./error.js";
import { type TlsProfile, UNVERIFIED_TLS, USUAL_TLS } from "./tls-profile.js";

/** Where a registry named in an image is asked: at its usual place, or at another host its settings name. */
export interface Endpoint {
  /**
   * The name its credentials are kept under, as in image names, such as `docker.io` or `127.0.0.1:5000`: the host
   * itself.
   */
  readonly registry: string;
  /** Scheme, host and port; the path is `/`. */
  readonly url: URL;
  /** Where its API is, without a slash at the end: `/v2` unless its settings say otherwise. */
  readonly apiRoot: string;
  /** The registry it stands in for, passed to it as `?ns=`; null if it is that registry. */
  readonly namespace: string | null;
  readonly tls: TlsProfile;
  /** Sent to this host, and to no other. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** The same by the other scheme, in case it does not speak this one. */
  readonly otherScheme: URL | null;
}

/** Docker Hub's registry is not at the host its images are named after. */
const DOCKER_HUB = "registry-1.docker.io";
const HOSTS: ReadonlyMap<string, string> = new Map([
  ["docker.io", DOCKER_HUB],
  ["index.docker.io", DOCKER_HUB],
]);

/** The host a registry's images are asked for at when nothing else is said. */
export function usualHost(registry: string): string {
  return HOSTS.get(registry) ?? registry;
}

/** A host as credentials are kept for it. */
export function credentialHost(host: string): string {
  return host === DOCKER_HUB ? "docker.io" : host;
}

/**
 * A registry's usual place: https, or http if it is listed in `plainHttp` or is on this machine at a port other than
 * 443. (So does containerd, which uses https there, too, and accepts any certificate.) Throws `registry-protocol` for a
 * host that a URL would read differently.
 */
export function endpointOf(registry: string, plainHttp: readonly string[]): Endpoint {
  if (!isRegistry(registry)) throw new TypeError("not a registry's host");
  const host = usualHost(registry);
  const secure = parseHost("https", host);
  const local = isLoopbackHost(secure.hostname);
  const listed = isListed(host, plainHttp);
  const either = local && secure.port !== "" && !listed;
  return {
    registry,
    url: either || listed ? parseHost("http", host) : secure,
    apiRoot: "/v2",
    namespace: null,
    tls: local ? UNVERIFIED_TLS : USUAL_TLS,
    headers: {},
    otherScheme: either ? secure : null,
  };
}

/** The repository's name at a mirror that keeps its whole API below a repository name. */
export function repositoryAt({ apiRoot }: Endpoint, repository: string): string {
  return apiRoot.startsWith("/v2/") ? `${apiRoot.slice("/v2/".length)}/${repository}` : repository;
}

/** The URL of a path of the distribution API, such as `/v2/a/b/tags/list`. */
export function apiUrl({ url, apiRoot, namespace }: Endpoint, path: string): URL {
  const target = new URL(path.replace(/^\/v2(?=\/)/, apiRoot), url);
  if (namespace !== null) target.searchParams.set("ns", namespace);
  return target;
}

/** Whether http is good enough for this URL: on this machine, or listed. */
export function allowsHttp(url: URL, plainHttp: readonly string[]): boolean {
  return (
    isLoopbackHost(url.hostname) || isListed(url.port === "" ? `${url.hostname}:80` : url.host, plainHttp)
  );
}

/** Whether the host is this machine by its very name, whatever a resolver says. */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** Whether host[:port] is listed, with its port or for all its ports. */
function isListed(host: string, plainHttp: readonly string[]): boolean {
  const withoutPort = host.replace(/:\d+$/, "");
  return plainHttp.some((entry) => {
    const listed = entry.toLowerCase();
    return listed === host.toLowerCase() || listed === withoutPort.toLowerCase();
  });
}

/** A URL parser turns `0x7f.1` into `127.0.0.1`; a host that changes on the way is not the one that was meant. */
export function parseHost(scheme: "http" | "https", host: string): URL {
  const meant = host.replace(/:\d+$/, "").toLowerCase();
  const url = URL.canParse(`${scheme}://${host}`) ? new URL(`${scheme}://${host}`) : null;
  if (url?.hostname !== meant)
    throw new RegistryError("registry-protocol", "the registry's host is not in canonical form");
  return url;
}
