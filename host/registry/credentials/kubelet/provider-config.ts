import { parse } from "yaml";
import { parseGoDuration } from "../../hosts/go-duration.js";
import { objectAt, stringAt } from "../auths.js";
import { readCredentialFile } from "../file.js";
import { CredentialError } from "../source.js";

/** One of kubelet's credential providers (`CredentialProvider` of kubelet.config.k8s.io/v1). */
export interface ProviderSettings {
  /** Of its program, in the folder of providers. */
  readonly name: string;
  readonly matchImages: readonly string[];
  readonly defaultCacheMs: number;
  readonly apiVersion: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** It needs a token of the pod's service account, which nobody gives us. */
  readonly needsServiceAccount: boolean;
}

const API_VERSIONS = ["v1", "v1beta1", "v1alpha1"].map(
  (version) => `credentialprovider.kubelet.k8s.io/${version}`,
);

/** Reads kubelet's CredentialProviderConfig, YAML or JSON. Throws a `CredentialError`. */
export async function readProviderConfig(path: string): Promise<readonly ProviderSettings[]> {
  const text = await readCredentialFile(path);
  if (text === null) throw new CredentialError(`${path}: no such file`);
  const document = objectAt(parseYaml(text, path), path, "the document");
  if (document["kind"] !== "CredentialProviderConfig") {
    throw new CredentialError(`${path}: its kind is not CredentialProviderConfig`);
  }
  return listAt(document["providers"], path, "providers").map((provider) => readProvider(provider, path));
}

function readProvider(value: unknown, path: string): ProviderSettings {
  const provider = objectAt(value, path, "a provider");
  const name = stringAt(provider["name"], path, "name of a provider");
  if (!/^[^/\s]+$/.test(name) || name === "." || name === "..") {
    throw new CredentialError(`${path}: the name of a provider is not one of a file`);
  }
  const apiVersion = stringAt(provider["apiVersion"], path, `apiVersion of ${name}`);
  if (!API_VERSIONS.includes(apiVersion)) {
    throw new CredentialError(`${path}: apiVersion of ${name} is none of ${API_VERSIONS.join(", ")}`);
  }
  const entries = listAt(provider["env"] ?? [], path, `env of ${name}`).map((entry) => {
    const { name: variable, value } = objectAt(entry, path, `an entry of env of ${name}`);
    return [stringAt(variable, path, `env of ${name}`), stringAt(value, path, `env of ${name}`)] as const;
  });
  return {
    name,
    matchImages: stringsAt(provider["matchImages"], path, `matchImages of ${name}`),
    defaultCacheMs: durationAt(provider["defaultCacheDuration"], path, `defaultCacheDuration of ${name}`),
    apiVersion,
    args: stringsAt(provider["args"] ?? [], path, `args of ${name}`),
    env: Object.fromEntries(entries),
    needsServiceAccount: provider["tokenAttributes"] !== undefined,
  };
}

/** Without the parser's message, which quotes what it reads. */
function parseYaml(text: string, path: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0 });
  } catch {
    throw new CredentialError(`${path}: not valid yaml`);
  }
}

export function durationAt(value: unknown, file: string, where: string): number {
  const ms = typeof value === "string" ? parseGoDuration(value) : null;
  if (ms === null) throw new CredentialError(`${file}: ${where} is not a duration, such as 10m`);
  return ms;
}

function listAt(value: unknown, file: string, where: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new CredentialError(`${file}: ${where} is not a list`);
}

function stringsAt(value: unknown, file: string, where: string): string[] {
  return listAt(value, file, where).map((entry) => stringAt(entry, file, `an entry of ${where}`));
}
