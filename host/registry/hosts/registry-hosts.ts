import { credentialHost, type Endpoint, endpointOf, isLoopbackHost } from "../endpoint.js";
import { RegistryError } from "../error.js";
import { ALL_CAPABILITIES, type Capability, type HostSettings } from "./host-settings.js";
import { readTlsProfile } from "./tls-files.js";

/** A place a registry's images can be asked for at. */
export interface RegistryHost {
  readonly endpoint: Endpoint;
  readonly capabilities: readonly Capability[];
}

/** Says at which hosts a registry is asked, the first to be asked first; the registry itself is the last. */
export interface RegistryHosts {
  /**
   * Never empty. Throws `registry-unavailable` if that cannot be determined, `registry-protocol` for a host that is not
   * canonical.
   */
  hosts(registry: string): Promise<readonly RegistryHost[]>;
}

/** Every registry at its usual place. */
export function usualHosts(plainHttp: readonly string[]): RegistryHosts {
  return { hosts: async (registry) => [usualHostOf(registry, plainHttp)] };
}

export function usualHostOf(registry: string, plainHttp: readonly string[]): RegistryHost {
  return { endpoint: endpointOf(registry, plainHttp), capabilities: ALL_CAPABILITIES };
}

/** Makes a host's settings ready to be asked: its certificates read, and its scheme decided as containerd decides it. */
export async function registryHost(
  registry: string,
  settings: HostSettings,
  plainHttp: readonly string[],
): Promise<RegistryHost> {
  const usual = endpointOf(registry, plainHttp);
  return settings.url === null
    ? atUsualPlace(usual, settings)
    : elsewhere(registry, usual, settings, settings.url);
}

async function atUsualPlace(usual: Endpoint, settings: HostSettings): Promise<RegistryHost> {
  const local = isLoopbackHost(usual.url.hostname);
  const tls = await readTlsProfile(local ? { ...settings, skipVerify: true } : settings);
  const schemes = usual.url.protocol === "http:" && saysTls(settings) ? bothSchemes(usual.url) : {};
  return {
    endpoint: { ...usual, ...schemes, headers: settings.headers, tls },
    capabilities: ALL_CAPABILITIES,
  };
}

async function elsewhere(
  registry: string,
  usual: Endpoint,
  settings: HostSettings,
  url: URL,
): Promise<RegistryHost> {
  const { apiRoot, headers, capabilities } = settings;
  const tls = await readTlsProfile(settings);
  const http = url.protocol === "http:" && url.port !== "";
  const schemes = http && saysTls(settings) ? bothSchemes(url) : { url, otherScheme: null };
  const host = credentialHost(url.host);
  const namespace = host === registry || url.host === usual.url.host ? null : registry;
  return { endpoint: { registry: host, apiRoot, namespace, tls, headers, ...schemes }, capabilities };
}

function saysTls({ caFiles, clientFiles, skipVerify }: HostSettings): boolean {
  return caFiles !== null || clientFiles.length > 0 || skipVerify !== null;
}

/** https first: certificates are configured for a reason. */
function bothSchemes(http: URL): Pick<Endpoint, "url" | "otherScheme"> {
  return { url: new URL(`https://${http.host}`), otherScheme: http };
}

/** Those of a registry's hosts that have all of these capabilities; at least one. */
export function thatMay(needed: readonly Capability[], hosts: readonly RegistryHost[]): readonly Endpoint[] {
  const able = hosts.filter(({ capabilities }) => needed.every((one) => capabilities.includes(one)));
  if (able.length > 0) return able.map(({ endpoint }) => endpoint);
  throw new RegistryError("registry-unavailable", `no host is configured that may ${needed.join(" and ")}`);
}
