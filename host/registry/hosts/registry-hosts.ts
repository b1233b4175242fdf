import { credentialHost, type Endpoint, endpointOf } from "../endpoint.js";
import { RegistryError } from "../error.js";
import { USUAL_TLS } from "../tls-profile.js";
import type { Capability, HostSettings } from "./host-settings.js";
import { readTlsProfile } from "./tls-files.js";

/** A place a registry's images can be asked for at. */
export interface RegistryHost {
  readonly endpoint: Endpoint;
  readonly capabilities: readonly Capability[];
}

/** Says at which hosts a registry is asked, the first to be asked first; the registry itself is the last. */
export interface RegistryHosts {
  /** Never empty. Throws `registry-unavailable` where that cannot be found out, `registry-protocol` for no canonical host. */
  hosts(registry: string): Promise<readonly RegistryHost[]>;
}

/** Every registry at its usual place. */
export function usualHosts(plainHttp: readonly string[]): RegistryHosts {
  return { hosts: async (registry) => [usualHostOf(registry, plainHttp)] };
}

export function usualHostOf(registry: string, plainHttp: readonly string[]): RegistryHost {
  return { endpoint: endpointOf(registry, plainHttp), capabilities: ["pull", "resolve", "push"] };
}

/** Makes a host's settings ready to be asked: its certificates read, and its scheme decided as containerd decides it. */
export async function registryHost(
  registry: string,
  settings: HostSettings,
  plainHttp: readonly string[],
): Promise<RegistryHost> {
  const usual = endpointOf(registry, plainHttp);
  const tls = await readTlsProfile(settings);
  const saysTls =
    settings.caFiles !== null || settings.clientFiles.length > 0 || settings.skipVerify !== null;
  if (settings.url === null) {
    const either = usual.url.protocol === "http:" && saysTls ? bothSchemes(usual.url) : usual;
    const endpoint = {
      ...usual,
      ...either,
      headers: settings.headers,
      tls: tls === USUAL_TLS ? usual.tls : tls,
    };
    return { endpoint, capabilities: settings.capabilities };
  }
  const { url, apiRoot, headers, capabilities } = settings;
  const either =
    url.protocol === "http:" && saysTls && url.port !== "" ? bothSchemes(url) : { url, otherScheme: null };
  const host = credentialHost(url.host);
  const namespace = host === registry || url.host === usual.url.host ? null : registry;
  return { endpoint: { registry: host, apiRoot, namespace, tls, headers, ...either }, capabilities };
}

/** https first, for certificates were given for something. */
function bothSchemes(http: URL): Pick<Endpoint, "url" | "otherScheme"> {
  return { url: new URL(`https://${http.host}`), otherScheme: http };
}

/** Those of a registry's hosts that may be asked for something; at least one. */
export function thatMay(capability: Capability, hosts: readonly RegistryHost[]): readonly Endpoint[] {
  const able = hosts.filter(({ capabilities }) => capabilities.includes(capability));
  if (able.length > 0) return able.map(({ endpoint }) => endpoint);
  throw new RegistryError("registry-unavailable", `no host is configured that may ${capability}`);
}
