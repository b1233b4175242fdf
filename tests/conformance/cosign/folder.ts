// A folder shaped like ../shared/vectors/cosign: images, keys, and what real tools said about them.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { digestOf } from "../../../host/oci/digest.js";
import { MalformedCase } from "../corpus.js";

export class CosignFolder {
  readonly #manifests = new Map<string, Buffer>();

  /** `fallback` has the images and keys that `path` has not. */
  constructor(
    readonly path: string,
    private readonly fallback: CosignFolder | null,
  ) {
    for (const name of this.names("images")) {
      const bytes = readFileSync(join(path, "images", name));
      this.#manifests.set(digestOf(bytes), bytes);
    }
  }

  has(...name: string[]): boolean {
    return existsSync(join(this.path, ...name));
  }

  read(...name: string[]): Buffer {
    return readFileSync(join(this.path, ...name));
  }

  /** What is in a folder, in order; nothing where there is none. */
  names(...folder: string[]): string[] {
    return this.has(...folder) ? readdirSync(join(this.path, ...folder)).sort() : [];
  }

  /** The lines of a table; nothing where there is none. */
  lines(...name: string[]): string[] {
    if (!this.has(...name)) return [];
    return this.read(...name)
      .toString()
      .split("\n")
      .filter((line) => line.trim() !== "");
  }

  /** An image's manifest, by its digest or the first digits of it. */
  manifest(start: string): { digest: string; bytes: Buffer } {
    for (const [digest, bytes] of this.#manifests) {
      if (digest.startsWith(start)) return { digest, bytes };
    }
    if (this.fallback !== null) return this.fallback.manifest(start);
    throw new MalformedCase(`there is no image ${start}`);
  }

  /** The image of a tag: `amd64`, `arm64`, `multi`. */
  tagged(tag: string): { digest: string; bytes: Buffer } {
    const name = this.names("images").find((file) => file.startsWith(`img-${tag}.`));
    if (name !== undefined) {
      const bytes = this.read("images", name);
      return { digest: digestOf(bytes), bytes };
    }
    if (this.fallback !== null) return this.fallback.tagged(tag);
    throw new MalformedCase(`there is no image ${tag}`);
  }

  /** The path of a public key by its name without `.pub`. */
  keyPath(name: string): string {
    if (this.has("keys", `${name}.pub`)) return join(this.path, "keys", `${name}.pub`);
    if (this.fallback !== null) return this.fallback.keyPath(name);
    throw new MalformedCase(`there is no key ${name}`);
  }

  hasKey(name: string): boolean {
    return this.has("keys", `${name}.pub`) || (this.fallback?.hasKey(name) ?? false);
  }
}
