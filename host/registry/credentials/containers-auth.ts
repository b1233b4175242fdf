import { homedir } from "node:os";
import { join } from "node:path";
import { type Auths, readAuthDocument } from "./auths.js";
import { findByHost, helperFor } from "./docker-config.js";
import { readCredentialFile } from "./file.js";
import { askHelper } from "./helper.js";
import type { CredentialSource, Credentials } from "./source.js";

/**
 * Where podman and skopeo keep their credentials, in the order they look, containers-auth.json(5):
 * `$REGISTRY_AUTH_FILE` alone if set, else the run-time file (root's is not in `$XDG_RUNTIME_DIR`), then the
 * user's configuration.
 */
export function containersAuthPaths(
  env: NodeJS.ProcessEnv = process.env,
  uid = process.getuid?.(),
): string[] {
  if (env["REGISTRY_AUTH_FILE"]) return [env["REGISTRY_AUTH_FILE"]];
  const paths = [];
  if (env["XDG_RUNTIME_DIR"]) paths.push(join(env["XDG_RUNTIME_DIR"], "containers/auth.json"));
  if (uid === 0) paths.push("/run/containers/0/auth.json");
  paths.push(join(env["XDG_CONFIG_HOME"] || join(homedir(), ".config"), "containers/auth.json"));
  return paths;
}

/**
 * containers-auth.json(5): a registry's helper decides for all of the registry; keys of `auths` may name a repository
 * or a path above it, and the longest one counts.
 */
export class ContainersAuth implements CredentialSource {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async lookup(registry: string, repository: string): Promise<Credentials | null> {
    const text = await readCredentialFile(this.#path);
    if (text === null) return null;
    const document = readAuthDocument(text, this.#path);
    const helper = helperFor(document, registry);
    if (helper !== null) return askHelper(helper, registry);
    return findByRepository(document.auths, registry, repository);
  }
}

/** Tries `host/a/b`, `host/a`, `host`. A key with a scheme is Docker's and names a host only. */
export function findByRepository(auths: Auths, registry: string, repository: string): Credentials | null {
  for (let key = `${registry}/${repository}`; ; key = key.slice(0, key.lastIndexOf("/"))) {
    const found = auths.get(key);
    if (found !== undefined) return found;
    if (!key.includes("/")) return findByHost(auths, registry);
  }
}
