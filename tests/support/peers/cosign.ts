import type { KeyObject } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Finished, finish, succeed } from "../process.js";
import type { Peers } from "./peers.js";

/** A key pair as cosign keeps it: PREFIX.key, with an empty password, and PREFIX.pub. */
export interface CosignKey {
  readonly privateFile: string;
  readonly publicFile: string;
  readonly publicPem: string;
}

/** By the name it has among the peers, what keeps a cosign from the network and its signatures in simple signing. */
const OFFLINE = {
  cosign: ["--tlog-upload=false", "--use-signing-config=false", "--new-bundle-format=false"],
  "cosign-2": ["--tlog-upload=false"],
} as const;

/** cosign, with its signatures stored as the image's own kind of signature and nothing sent to a log. */
export class Cosign {
  readonly #program: string;
  readonly #offline: readonly string[];
  readonly #folder: string;
  readonly #environment: NodeJS.ProcessEnv;

  /** `folder`: where keys go, and where Docker's config.json is looked for. */
  constructor(peers: Peers, folder: string, name: keyof typeof OFFLINE = "cosign", environment = {}) {
    this.#program = join(peers.bin, name);
    this.#offline = OFFLINE[name];
    this.#folder = folder;
    const own = { COSIGN_PASSWORD: "", HOME: folder, DOCKER_CONFIG: folder };
    this.#environment = { ...process.env, ...own, ...environment };
  }

  generateKey(name: string): Promise<CosignKey> {
    return this.#keyPair(name, ["generate-key-pair"]);
  }

  async importKey(name: string, privateKey: KeyObject): Promise<CosignKey> {
    const file = join(this.#folder, `${name}.pem`);
    await writeFile(file, privateKey.export({ type: "pkcs8", format: "pem" }));
    return this.#keyPair(name, ["import-key-pair", "--key", file]);
  }

  async #keyPair(name: string, command: readonly string[]): Promise<CosignKey> {
    const prefix = join(this.#folder, name);
    await this.#run([...command, "--output-key-prefix", prefix]);
    const publicFile = `${prefix}.pub`;
    return { privateFile: `${prefix}.key`, publicFile, publicPem: await readFile(publicFile, "utf8") };
  }

  /**
   * Signs by digest, under the repository's name: `HOST/REPOSITORY@sha256:…`. `--recursive`: and all that hangs from it;
   * `--new-bundle-format`: in a sigstore bundle, with a cosign that makes them.
   */
  async sign(
    key: CosignKey,
    name: string,
    ...options: readonly ("--recursive" | "--new-bundle-format")[]
  ): Promise<void> {
    await this.#run(["sign", "--key", key.privateFile, ...this.#offline, ...options, "-y", name]);
  }

  /** Signs by digest, with a certificate and its chain, both files in PEM, beside the signature. */
  async signCertified(key: CosignKey, name: string, certificate: string, chain: string): Promise<void> {
    const beside = ["--certificate", certificate, "--certificate-chain", chain];
    await this.#run(["sign", "--key", key.privateFile, ...this.#offline, ...beside, "-y", name]);
  }

  /** Whether it finds a signature by the key: in either format unless `--new-bundle-format=false` leaves bundles out. */
  verify(
    publicFile: string,
    name: string,
    ...options: readonly "--new-bundle-format=false"[]
  ): Promise<Finished> {
    const args = ["verify", "--insecure-ignore-tlog=true", "--key", publicFile, ...options, name];
    return finish(this.#program, args, this.#options);
  }

  async #run(args: readonly string[]): Promise<void> {
    await succeed(this.#program, args, this.#options);
  }

  get #options() {
    return { cwd: this.#folder, env: this.#environment };
  }
}
