import { existsSync } from "node:fs";

import { isRegistry } from "../oci/names.js";
import { RegistryClient } from "../registry/client.js";
import type { Report } from "../registry/credentials/source.js";
import { CONTAINERD_HOSTS } from "../registry/hosts/host-settings.js";
import { HostsFolders } from "../registry/hosts/hosts-folders.js";
import { Proxies } from "../registry/proxies.js";
import { DEFAULT_RETRY, type RetryPolicy } from "../registry/retry.js";
import { Transport } from "../registry/transport.js";
import type { RegistryName } from "../signing/image-name.js";
import { RegistrySource } from "../sources/registry-source.js";
import { SeparateSignatures } from "../sources/separate-signatures.js";
import type { Source } from "../sources/source.js";
import type { Given } from "./command.js";
import { credentials } from "./credential-options.js";
import { repositoryOption } from "./image-name.js";
import type { REGISTRY_OPTIONS } from "./registry-option-table.js";
import { UsageError } from "./usage-error.js";
import { version } from "./version.js";

export { REGISTRY_OPTIONS } from "./registry-option-table.js";

type RegistryValues = Given<typeof REGISTRY_OPTIONS>["values"];

/**
 * Registries, reached as the options say. `report` is called with the credentials that are used, and those that cannot
 * be.
 */
export async function registrySource(values: RegistryValues, report: Report): Promise<Source> {
  const repository = signatureRepository(values);
  const source = new RegistrySource(new RegistryClient(await registryTransport(values, report)));
  return repository === null ? source : new SeparateSignatures(source, repository);
}

/** The repository of `--signature-repository`; null if signatures are beside their image. Throws `UsageError`. */
export function signatureRepository(values: RegistryValues): RegistryName | null {
  const text = values["signature-repository"];
  return text === undefined ? null : repositoryOption("signature-repository", text);
}

/** The same, for what writes to them; `retry` is how patiently. */
export async function registryTransport(
  values: RegistryValues,
  report: Report,
  retry: RetryPolicy = DEFAULT_RETRY,
): Promise<Transport> {
  const plainHttp = hosts("plain-http", values["plain-http"]);
  const proxies = new Proxies(process.env);
  for (const name of proxies.unusable) report(`${name} does not name a proxy, and is ignored`);
  const hostsDir = values["hosts-dir"];
  // Allowed, as containerd allows it, which reads what comes to be there; more often it is misspelt.
  if (hostsDir !== undefined && !hostsDir.split(":").some((folder) => existsSync(folder)))
    report(`--hosts-dir: there is no ${hostsDir} yet`);
  return new Transport({
    plainHttp,
    proxies,
    onProxied: (host, proxy) => report(`${host} is asked through the proxy ${proxy.origin}`),
    hosts: new HostsFolders(hostsDir ?? CONTAINERD_HOSTS, plainHttp, report),
    tokenRealms: hosts("token-realm", values["token-realm"]),
    credentials: await credentials(values, report),
    userAgent: `countersign/${version()}`,
    retry,
  });
}

function hosts(option: string, given: readonly string[] = []): readonly string[] {
  const wrong = given.find((host) => !isRegistry(host));
  if (wrong !== undefined)
    throw new UsageError(`--${option}: ${JSON.stringify(wrong)} is not a host or host:port`);
  return given;
}
