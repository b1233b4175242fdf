import { X509Certificate } from "node:crypto";
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
    throw new HostsError(`certificates or keys cannot be used (${files.join(", ")}): ${code.toLowerCase()}`);
  }
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs;

/** The certificates in a file; what is none is passed over, as Go does, while OpenSSL says nothing and stops there. */
async function readAuthority(file: string): Promise<string> {
  const certificates = ((await read(file)).match(CERTIFICATE) ?? []).filter(isCertificate);
  if (certificates.length === 0) throw new HostsError(`${file}: has no certificate`);
  return certificates.join("\n");
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new HostsError(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code?.toLowerCase()})`);
  }
}
