import { readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { credentials, Metadata } from "@grpc/grpc-js";
import {
  VerifierServiceClient,
  type VerifyImageResponse,
} from "../../../host/server/generated/countersign/v1/verifier.js";
import { Parts } from "../parts.js";
import type { RunningProcess } from "../process.js";
import { startRegistry } from "../registry/registry.js";
import { descriptorOf, generateKey, makeImage, pushImage, pushSignatures, signLegacy } from "../sign.js";
import { startDaemon } from "./daemon.js";
import { policySigned } from "./policy.js";

const SIGNED_AS = "registry.example/app";
const REPOSITORY = "app";
/** Milliseconds a caller waits: longer than the daemon, which is to say itself when its time is up. */
const PATIENCE = 60_000;

/** A registry in this process with one signed image, which can be made to keep everybody waiting. */
export interface Registry {
  readonly host: string;
  /** From then on nothing is answered. */
  hold(): void;
  /** Answers everything that waits, and all that comes. */
  release(): void;
}

/** A daemon of its own process, asked by gRPC as the plugin asks. */
export class LoadedDaemon {
  readonly #daemon: RunningProcess;
  readonly #client: VerifierServiceClient;
  readonly #parts: Parts;
  #asked = 0;
  readonly #key: ReturnType<typeof generateKey>;

  private constructor(
    daemon: RunningProcess,
    client: VerifierServiceClient,
    key: ReturnType<typeof generateKey>,
    parts: Parts,
  ) {
    this.#daemon = daemon;
    this.#client = client;
    this.#key = key;
    this.#parts = parts;
  }

  static start(): Promise<LoadedDaemon> {
    return Parts.gather(async (parts) => {
      const fileOf = (name: string) => join(parts.folder, name);
      const key = generateKey();
      await writeFile(fileOf("team.pub"), key.publicPem);
      await writeFile(fileOf("policy.json"), policySigned(fileOf("team.pub"), SIGNED_AS));
      const socket = fileOf("verifier.sock");
      const audit = ["--audit-log", fileOf("audit.jsonl")];
      const daemon = parts.add(await startDaemon(fileOf("policy.json"), socket, audit));
      const client = new VerifierServiceClient(`unix:${socket}`, credentials.createInsecure());
      parts.add({ stop: () => client.close() });
      return new LoadedDaemon(daemon, client, key, parts);
    });
  }

  async addRegistry(): Promise<Registry> {
    let gate: Promise<void> | null = null;
    let open = () => {};
    const registry = await startRegistry({ hold: async () => void (await gate) });
    this.#parts.add({ stop: () => registry.close() });
    pushImage(registry, REPOSITORY, IMAGE, "1");
    const { privateKey } = this.#key;
    const wish = { privateKey, dockerReference: SIGNED_AS, manifestDigest: IMAGE.digest };
    pushSignatures(registry, REPOSITORY, IMAGE.digest, [signLegacy(wish)]);
    return {
      host: registry.host,
      hold: () => {
        gate = new Promise((resolve) => {
          open = resolve;
        });
      },
      release: () => {
        gate = null;
        open();
      },
    };
  }

  /** One VerifyImage call about a registry's image, by a name that nobody has asked about: no verdict is given again. */
  verify({ host }: Registry): Promise<VerifyImageResponse> {
    const request = {
      name: `${host}/${REPOSITORY}:${this.#asked++}`,
      digest: IMAGE.digest,
      descriptorMediaType: "application/vnd.oci.descriptor.v1+json",
      descriptor: Buffer.from(JSON.stringify(descriptorOf(IMAGE))),
      nonce: Buffer.alloc(16),
    };
    return new Promise((resolve, reject) => {
      this.#client.verifyImage(
        request,
        new Metadata(),
        { deadline: Date.now() + PATIENCE },
        (error, response) => (error ? reject(error) : resolve(response)),
      );
    });
  }

  /** `count` calls, `atOnce` of them under way; their answers. */
  async verifyMany(registry: Registry, count: number, atOnce: number): Promise<VerifyImageResponse[]> {
    const answers: VerifyImageResponse[] = [];
    let left = count;
    const lane = async () => {
      while (left-- > 0) answers.push(await this.verify(registry));
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
    return answers;
  }

  /** Files and sockets it has open. Linux only. */
  get descriptors(): number {
    return readdirSync(`/proc/${this.#daemon.pid}/fd`).length;
  }

  /** Resident memory in MB. Linux only. */
  get memory(): number {
    const status = readFileSync(`/proc/${this.#daemon.pid}/status`, "utf8");
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
  }

  stop(): Promise<void> {
    return this.#parts.stop();
  }
}

const IMAGE = makeImage({ seed: "under load" });
