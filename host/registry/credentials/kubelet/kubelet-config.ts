import { type Auths, readAuthDocument } from "../auths.js";
import { findByHost } from "../docker-config.js";
import { readCredentialFile } from "../file.js";
import type { CredentialSource, Credentials } from "../source.js";
import { matchesImage } from "./image-match.js";

/** kubelet's `config.json`, in its root directory: Docker's format, with patterns as keys. */
export class KubeletConfig implements CredentialSource {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async lookup(registry: string, repository: string): Promise<Credentials | null> {
    const text = await readCredentialFile(this.#path);
    if (text === null) return null;
    const { auths } = readAuthDocument(text, this.#path);
    return findByPattern(auths, `${registry}/${repository}`) ?? findByHost(auths, registry);
  }
}

/** The entry whose key matches, longer keys before what they begin with, and names before patterns, as kubelet has it. */
export function findByPattern(auths: Auths, image: string): Credentials | null {
  const keys = [...auths.keys()].sort().reverse();
  const key = keys.find((key) => matchesImage(key.replace(/\/(v1|v2)?\/?$/, ""), image));
  return key === undefined ? null : (auths.get(key) ?? null);
}
