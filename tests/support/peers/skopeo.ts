import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { finish, succeed } from "../process.js";
import type { CosignKey } from "./cosign.js";
import type { Peers } from "./peers.js";

export interface UpstreamVerdict {
  readonly is: "allowed" | "denied" | "policy invalid";
  /** Its own words; empty where it allows. */
  readonly because: string;
}

/**
 * skopeo, the reference implementation of containers-policy.json(5): it copies an image, or the policy does not let it.
 * It signs as podman and buildah do: each image by itself, under a name with a tag.
 */
export class Skopeo {
  readonly #program: string;
  readonly #folder: string;
  #copies = 0;

  private constructor(program: string, folder: string) {
    this.#program = program;
    this.#folder = folder;
  }

  /** `locations`: the registry that really has what belongs to a host. Everything it writes goes to `folder`. */
  static async prepare(
    peers: Peers,
    folder: string,
    locations: ReadonlyMap<string, string> = new Map(),
  ): Promise<Skopeo> {
    const registries = Array.from(
      locations,
      ([host, location]) => `[[registry]]\nprefix = "${host}"\nlocation = "${location}"\ninsecure = true\n`,
    );
    await mkdir(join(folder, "registries.d"), { recursive: true });
    await writeFile(join(folder, "registries.conf"), registries.join(""));
    // Without this no signature is looked for, and those it makes go to a lookaside.
    const attachments = "default-docker: {use-sigstore-attachments: true}\n";
    await writeFile(join(folder, "registries.d", "default.yaml"), attachments);
    await writeFile(join(folder, "no-passphrase"), "\n");
    return new Skopeo(join(peers.bin, "skopeo"), folder);
  }

  /**
   * `name` has a tag or a digest. Of an index, what is judged is the image of this machine's platform: the index itself
   * never is. Throws if something else than the policy made it fail.
   */
  async judge(policyFile: string, name: string): Promise<UpstreamVerdict> {
    const target = this.#at(`copy-${this.#copies++}`);
    const options = ["--policy", policyFile, "--remove-signatures"];
    const { status, stderr } = await finish(...this.#copy(name, `dir:${target}`, options));
    await rm(target, { recursive: true, force: true });
    return status === 0 ? { is: "allowed", because: "" } : refusal(stderr);
  }

  /** Signs in place what stands under `HOST/REPOSITORY@sha256:…`, as `identity`. */
  async sign(key: CosignKey, name: string, identity: string): Promise<void> {
    await succeed(...this.#copy(name, `docker://${name}`, [...this.#by(key), "--sign-identity", identity]));
  }

  /** Copies an image and signs the copy by its name. */
  async copySigned(key: CosignKey, from: string, to: string): Promise<void> {
    await succeed(...this.#copy(from, `docker://${to}`, this.#by(key)));
  }

  #by(key: CosignKey): string[] {
    const signing = ["--sign-by-sigstore-private-key", key.privateFile];
    return ["--insecure-policy", ...signing, "--sign-passphrase-file", this.#at("no-passphrase")];
  }

  #copy(from: string, target: string, options: readonly string[]): Parameters<typeof finish> {
    const insecure = [
      "--src-tls-verify=false",
      ...(target.startsWith("dir:") ? [] : ["--dest-tls-verify=false"]),
    ];
    const registries = ["--registries.d", this.#at("registries.d"), "--tmpdir", this.#folder];
    const conf = ["--registries-conf", this.#at("registries.conf")];
    const args = [
      ...registries,
      ...conf,
      "copy",
      "--quiet",
      ...insecure,
      ...options,
      `docker://${from}`,
      target,
    ];
    return [this.#program, args, { env: { ...process.env, HOME: this.#folder } }];
  }

  #at(name: string): string {
    return join(this.#folder, name);
  }
}

/** Every failure has the same exit status: only the message tells a verdict from a fault. */
function refusal(stderr: string): UpstreamVerdict {
  const [, message = stderr] = /level=fatal msg="(.*)"\s*$/s.exec(stderr) ?? [];
  const [, denied] = /Source image rejected: (.*)$/s.exec(message) ?? [];
  if (denied !== undefined) return { is: "denied", because: denied };
  const [, invalid] = /Error loading trust policy: (.*)$/s.exec(message) ?? [];
  if (invalid !== undefined) return { is: "policy invalid", because: invalid };
  throw new Error(`skopeo failed, and not by the policy: ${message}`);
}
