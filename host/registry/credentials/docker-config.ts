import { homedir } from "node:os";
import { join } from "node:path";
import { type AuthDocument, type Auths, readAuthDocument } from "./auths.js";
import { readCredentialFile } from "./file.js";
import type { CredentialSource, Credentials, Report } from "./source.js";

/** Where Docker keeps its configuration: `$DOCKER_CONFIG/config.json`, else `~/.docker/config.json`. */
export function dockerConfigPath(env: NodeJS.ProcessEnv = process.env): string {
  return join(env["DOCKER_CONFIG"] || join(homedir(), ".docker"), "config.json");
}

/** Docker's config.json. Credential helpers are not run; one that is configured is reported and passed over. */
export class DockerConfig implements CredentialSource {
  readonly #path: string;
  readonly #report: Report;

  constructor(path: string, report: Report) {
    this.#path = path;
    this.#report = report;
  }

  async lookup(registry: string): Promise<Credentials | null> {
    const text = await readCredentialFile(this.#path);
    if (text === null) return null;
    const document = readAuthDocument(text, this.#path);
    const helper = helperFor(document, registry);
    if (helper !== null) this.#report(`${this.#path}: the credential helper for ${registry} is not asked`);
    return findByHost(document.auths, registry);
  }
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
