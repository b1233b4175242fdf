import { homedir } from "node:os";
import { join } from "node:path";
import { type AuthDocument, type Auths, readAuthDocument } from "./auths.js";
import { readCredentialFile } from "./file.js";
import { askHelper } from "./helper.js";
import type { CredentialSource, Credentials } from "./source.js";

/** Where Docker keeps its configuration: `$DOCKER_CONFIG/config.json`, else `~/.docker/config.json`. */
export function dockerConfigPath(env: NodeJS.ProcessEnv = process.env): string {
  return join(env["DOCKER_CONFIG"] || join(homedir(), ".docker"), "config.json");
}

/** Docker's config.json: a registry's helper, the helper of all, or an entry of `auths`, in this order. */
export class DockerConfig implements CredentialSource {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async lookup(registry: string): Promise<Credentials | null> {
    const text = await readCredentialFile(this.#path);
    if (text === null) return null;
    const document = readAuthDocument(text, this.#path);
    const helper = helperFor(document, registry);
    const found = helper === null ? null : await askHelper(helper, serverOf(registry));
    return found ?? findByHost(document.auths, registry);
  }
}

/** Docker's name for a registry when it asks a helper. */
function serverOf(registry: string): string {
  return hostOfKey(registry) === "index.docker.io" ? "https://index.docker.io/v1/" : registry;
}

/**
 * The entry whose key is the registry, as a bare host or as a URL. Compared whole, never as a part
 * (CVE-2026-59891). A key such as `ghcr.io/team` is containers' way to name a repository, so not for all of `ghcr.io`.
 */
export function findByHost(auths: Auths, registry: string): Credentials | null {
  const exact = auths.get(registry);
  if (exact !== undefined) return exact;
  for (const [key, credentials] of auths) {
    const namesHost = key.includes("://") || !key.includes("/");
    if (namesHost && hostOfKey(key) === hostOfKey(registry)) return credentials;
  }
  return null;
}

/** The name of the helper that Docker would ask. */
export function helperFor(document: AuthDocument, registry: string): string | null {
  for (const [key, name] of document.helpers) if (hostOfKey(key) === hostOfKey(registry)) return name;
  return document.store;
}

/** `https://index.docker.io/v1/`, `index.docker.io` and `docker.io` are one registry. */
function hostOfKey(key: string): string {
  const host = key
    .replace(/^https?:\/\//, "")
    .replace(/\/.*$/s, "")
    .toLowerCase();
  return host === "docker.io" || host === "registry-1.docker.io" ? "index.docker.io" : host;
}
