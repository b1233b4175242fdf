// The reference implementation's verdict: skopeo copies the image, or the policy does not let it.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Peers } from "../support/peers/peers.js";
import { finish } from "../support/process.js";

export interface UpstreamVerdict {
  readonly is: "allowed" | "denied" | "policy invalid";
  /** Its own words; empty where it allows. */
  readonly because: string;
}

export class Skopeo {
  readonly #program: string;
  readonly #folder: string;
  readonly #environment: NodeJS.ProcessEnv;
  #copies = 0;

  private constructor(program: string, folder: string) {
    this.#program = program;
    this.#folder = folder;
    this.#environment = { ...process.env, HOME: folder };
  }

  /** `locations`: the registry that really has what belongs to a host. Everything it writes goes to `folder`. */
  static async prepare(
    peers: Peers,
    folder: string,
    locations: ReadonlyMap<string, string>,
  ): Promise<Skopeo> {
    const registries = Array.from(
      locations,
      ([host, location]) => `[[registry]]\nprefix = "${host}"\nlocation = "${location}"\ninsecure = true\n`,
    );
    await mkdir(join(folder, "registries.d"), { recursive: true });
    await writeFile(join(folder, "registries.conf"), registries.join(""));
    // Without this no signature is looked for.
    const attachments = "default-docker: {use-sigstore-attachments: true}\n";
    await writeFile(join(folder, "registries.d", "default.yaml"), attachments);
    return new Skopeo(join(peers.bin, "skopeo"), folder);
  }

  /** `name` has a tag or a digest. Throws if something else than the policy made it fail. */
  async judge(policyFile: string, name: string): Promise<UpstreamVerdict> {
    const target = join(this.#folder, `copy-${this.#copies++}`);
    const at = (name: string) => join(this.#folder, name);
    const registries = ["--registries.d", at("registries.d"), "--registries-conf", at("registries.conf")];
    // Of an index, the index: the digest that containerd asks about.
    const copy = [
      "copy",
      "--quiet",
      "--remove-signatures",
      "--multi-arch",
      "index-only",
      `docker://${name}`,
      `dir:${target}`,
    ];
    const args = ["--policy", policyFile, ...registries, "--tmpdir", this.#folder, ...copy];
    const { status, stderr } = await finish(this.#program, args, { env: this.#environment });
    await rm(target, { recursive: true, force: true });
    return status === 0 ? { is: "allowed", because: "" } : refusal(stderr);
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
