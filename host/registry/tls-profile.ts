import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createSecureContext, rootCertificates, type SecureContext } from "node:tls";

/** What a connection trusts, which certificates it presents, and how long it may take. */
export interface TlsSettings {
  /** PEM of certificates that can be read, added to the system's authorities. */
  readonly authorities: readonly string[];
  /** PEM of certificates and their keys, shown to the registry's own host only. */
  readonly clients: readonly { readonly certificate: string; readonly key: string }[];
  /** For the registry's own host only. */
  readonly skipVerify: boolean;
  readonly connectTimeoutMs: number;
}

export const DEFAULT_TLS: TlsSettings = {
  authorities: [],
  clients: [],
  skipVerify: false,
  connectTimeoutMs: 5_000,
};

/** TLS settings ready for use; equal settings share connections. */
export class TlsProfile {
  readonly id: string;
  readonly settings: TlsSettings;
  #context: SecureContext | undefined;
  #elsewhere: TlsProfile | undefined;

  /** Throws what OpenSSL says of a client's certificate or key that it cannot read: its codes, no content. */
  constructor(settings: TlsSettings) {
    this.settings = settings;
    this.id = createHash("sha256").update(JSON.stringify(settings)).digest("hex");
    // Done at once, so that a broken file is found where it was named; the system's authorities take longer and can
    // wait.
    for (const { certificate, key } of settings.clients) createSecureContext({ cert: certificate, key });
  }

  get context(): SecureContext {
    const { authorities, clients } = this.settings;
    this.#context ??= createSecureContext({
      ca: [...systemAuthorities(), ...authorities],
      cert: clients.map(({ certificate }) => certificate),
      key: clients.map(({ key }) => key),
    });
    return this.#context;
  }

  /**
   * The same for other hosts that a registry sends us to: its authorities, but nothing that is between the registry and
   * us.
   */
  elsewhere(): TlsProfile {
    const { clients, skipVerify } = this.settings;
    if (clients.length === 0 && !skipVerify) return this;
    this.#elsewhere ??= new TlsProfile({ ...this.settings, clients: [], skipVerify: false });
    return this.#elsewhere;
  }
}

export const USUAL_TLS = new TlsProfile(DEFAULT_TLS);
/** For registries on this machine, as containerd has it. */
export const UNVERIFIED_TLS = new TlsProfile({ ...DEFAULT_TLS, skipVerify: true });

/** Where systems keep their authorities (the files of Go's crypto/x509 for Linux, as containerd reads them). */
const BUNDLES = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/pki/tls/cacert.pem",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

let system: readonly string[] | undefined;

/**
 * The system's authorities, of `SSL_CERT_FILE` where that is set, Node's own list where the system has none; and those
 * of `NODE_EXTRA_CA_CERTS`.
 */
function systemAuthorities(): readonly string[] {
  system ??= [...bundledAuthorities(), ...(readIfThere(process.env["NODE_EXTRA_CA_CERTS"]) ?? [])];
  return system;
}

function bundledAuthorities(): readonly string[] {
  const named = process.env["SSL_CERT_FILE"];
  return readIfThere(named || BUNDLES.find((path) => existsSync(path))) ?? rootCertificates;
}

function readIfThere(path: string | undefined): readonly string[] | null {
  return path !== undefined && existsSync(path) ? [readFileSync(path, "utf8")] : null;
}
