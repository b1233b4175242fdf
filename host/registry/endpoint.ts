import { isRegistry } from "../oci/names.js";
import { RegistryError } from "./error.js";

/** Where a registry named in an image is asked. */
export interface Endpoint {
  /** As in image names, such as `docker.io` or `127.0.0.1:5000`. */
  readonly registry: string;
  /** Scheme, host and port; the path is `/`. */
  readonly url: URL;
}

/** Docker Hub's registry is not at the host its images are named after. */
const HOSTS: ReadonlyMap<string, string> = new Map([
  ["docker.io", "registry-1.docker.io"],
  ["index.docker.io", "registry-1.docker.io"],
]);

/**
 * Where to ask a registry: by https, or by http when it is listed in `plainHttp` or on this machine at a port
 * other than 443 (as containerd has it). Throws `registry-protocol` for a host that a URL would read differently.
 */
export function endpointOf(registry: string, plainHttp: readonly string[]): Endpoint {
  if (!isRegistry(registry)) throw new TypeError("not a registry's host");
  const host = HOSTS.get(registry) ?? registry;
  const secure = parseHost("https", host);
  const local = isLoopbackHost(secure.hostname) && secure.port !== "";
  const url = local || isListed(host, plainHttp) ? parseHost("http", host) : secure;
  return { registry, url };
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
function parseHost(scheme: "http" | "https", host: string): URL {
  const meant = host.replace(/:\d+$/, "").toLowerCase();
  const url = URL.canParse(`${scheme}://${host}`) ? new URL(`${scheme}://${host}`) : null;
  if (url?.hostname !== meant)
    throw new RegistryError("registry-protocol", "the registry's host is not in canonical form");
  return url;
}
