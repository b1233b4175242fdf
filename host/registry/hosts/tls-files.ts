import { readFile } from "node:fs/promises";

import { DEFAULT_TLS, TlsProfile, USUAL_TLS } from "../tls-profile.js";
import { type HostSettings, HostsError } from "./host-settings.js";

/** Reads the files a host's settings name. Throws a `HostsError` that names the file, never its content. */
export async function readTlsProfile(settings: HostSettings): Promise<TlsProfile> {
  const authorities = await Promise.all((settings.caFiles ?? []).map(readAuthority));
  const clients = await Promise.all(
    settings.clientFiles.map(async (files) => ({
      certificate: await read(files.certificate),
      key: await read(files.key),
    })),
  );
  const skipVerify = settings.skipVerify ?? false;
  const connectTimeoutMs = settings.dialTimeoutMs ?? DEFAULT_TLS.connectTimeoutMs;
  const tls = { authorities, clients, skipVerify, connectTimeoutMs };
  if (JSON.stringify(tls) === JSON.stringify(DEFAULT_TLS)) return USUAL_TLS;
  try {
    return new TlsProfile(tls);
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    const files = settings.clientFiles.map(({ certificate }) => certificate);
    throw new HostsError(
      `certificates or keys cannot be used (${[...(settings.caFiles ?? []), ...files].join(", ")}): ${code.toLowerCase()}`,
    );
  }
}

async function readAuthority(file: string): Promise<string> {
  const text = await read(file);
  if (!text.includes("-----BEGIN CERTIFICATE-----")) throw new HostsError(`${file}: has no certificate`);
  return text;
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new HostsError(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code?.toLowerCase()})`);
  }
}
