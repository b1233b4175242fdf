import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { succeed } from "../process.js";
import type { CosignKey } from "./cosign.js";
import type { Peers } from "./peers.js";

/** skopeo, which signs as podman and buildah do: each image by itself, under a name with a tag. */
export class Skopeo {
  readonly #program: string;
  readonly #folder: string;

  private constructor(program: string, folder: string) {
    this.#program = program;
    this.#folder = folder;
  }

  static async prepare(peers: Peers, folder: string): Promise<Skopeo> {
    await mkdir(join(folder, "registries.d"), { recursive: true });
    // Without this it writes signatures to a lookaside.
    const attachments = "default-docker: {use-sigstore-attachments: true}\n";
    await writeFile(join(folder, "registries.d", "default.yaml"), attachments);
    await writeFile(join(folder, "no-passphrase"), "\n");
    return new Skopeo(join(peers.bin, "skopeo"), folder);
  }

  /** Signs in place what stands under `HOST/REPOSITORY@sha256:…`, as `identity`. */
  async sign(key: CosignKey, name: string, identity: string): Promise<void> {
    const at = (file: string) => join(this.#folder, file);
    await succeed(
      this.#program,
      [
        ...["--insecure-policy", "--registries.d", at("registries.d"), "copy", "--quiet"],
        ...["--src-tls-verify=false", "--dest-tls-verify=false"],
        ...["--sign-by-sigstore-private-key", key.privateFile, "--sign-passphrase-file", at("no-passphrase")],
        ...["--sign-identity", identity, `docker://${name}`, `docker://${name}`],
      ],
      { env: { ...process.env, HOME: this.#folder } },
    );
  }
}
