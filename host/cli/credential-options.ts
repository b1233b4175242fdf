import { readAuthFile } from "../registry/credentials/auth-file.js";
import { machineCredentials, type NamedSource } from "../registry/credentials/chain.js";
import { CredentialProviders } from "../registry/credentials/kubelet/credential-providers.js";
import { readProviderConfig } from "../registry/credentials/kubelet/provider-config.js";
import { CredentialError, type CredentialSource, type Report } from "../registry/credentials/source.js";
import type { Given } from "./command.js";
import type { CREDENTIAL_OPTIONS } from "./registry-option-table.js";
import { UsageError } from "./usage-error.js";

type CredentialValues = Given<typeof CREDENTIAL_OPTIONS>["values"];

/** The credentials of this machine, in the order the options have them. Throws `UsageError` for files that cannot be used. */
export async function credentials(values: CredentialValues, report: Report): Promise<CredentialSource> {
  const named: NamedSource[] = [];
  for (const file of values["auth-file"] ?? []) {
    named.push({ name: file, source: await usable("auth-file", readAuthFile(file)) });
  }
  const providers = await credentialProviders(values, report);
  return machineCredentials(providers === null ? named : [...named, providers], report);
}

async function credentialProviders(values: CredentialValues, report: Report): Promise<NamedSource | null> {
  const file = values["image-credential-provider-config"];
  const folder = values["image-credential-provider-bin-dir"];
  if (file === undefined && folder === undefined) return null;
  if (file === undefined || folder === undefined) {
    throw new UsageError(
      "--image-credential-provider-config and --image-credential-provider-bin-dir go together",
    );
  }
  const settings = await usable("image-credential-provider-config", readProviderConfig(file));
  return {
    name: `the credential providers of ${file}`,
    source: new CredentialProviders(settings, folder, report),
  };
}

async function usable<T>(option: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof CredentialError) throw new UsageError(`--${option}: ${error.message}`);
    throw error;
  }
}
