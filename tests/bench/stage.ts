// A registry in this process with one signed image in it, and the daemon as a process of its own.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { MAIN } from "../support/countersign/cli.js";
import type { Question } from "../support/countersign/plugin.js";
import { NAMESPACE, writePolicy } from "../support/countersign/policy.js";
import { startRegistry } from "../support/registry/registry.js";
import { descriptorOf, generateKey, makeImage, pushImage, pushSigned } from "../support/sign.js";

export interface Stage {
  /** Of this stage alone; removed with it. */
  readonly folder: string;
  readonly policyFile: string;
  /** Of a daemon that asks the registry each time. */
  readonly socket: string;
  /** What makes a daemon so. */
  readonly uncachedOptions: readonly string[];
  /** One as it is by itself, which knows the image after the first time. */
  readonly caching: { readonly socket: string };
  readonly publicKeyFile: string;
  /** What containerd asks about the image. */
  readonly question: Question;
  /** The image as `HOST/REPOSITORY@sha256:…`. */
  readonly byDigest: string;
  stop(): Promise<void>;
}

export async function startStage(): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), "countersign-bench-"));
  const publicKeyFile = join(folder, "cosign.pub");
  const policyFile = join(folder, "policy.json");
  const socket = join(folder, "verifier.sock");

  const key = generateKey();
  const registry = await startRegistry({ referrers: true });
  const repository = `${NAMESPACE}/app`;
  const image = makeImage();
  pushImage(registry, repository, image, "1");
  pushSigned(registry, repository, image.digest, key.privateKey);
  await writeFile(publicKeyFile, key.publicPem);
  await writePolicy(policyFile, registry.host, publicKeyFile);
  const uncachedOptions = ["--cache-accepted", "0", "--cache-denied", "0"];
  const caching = { socket: join(folder, "caching.sock") };
  const daemons = [
    await startDaemon(policyFile, socket, uncachedOptions),
    await startDaemon(policyFile, caching.socket),
  ];

  return {
    folder,
    policyFile,
    socket,
    uncachedOptions,
    caching,
    publicKeyFile,
    question: {
      name: `${registry.host}/${repository}:1`,
      digest: image.digest,
      descriptor: JSON.stringify(descriptorOf(image)),
    },
    byDigest: `${registry.host}/${repository}@${image.digest}`,
    stop: async () => {
      for (const daemon of daemons) {
        const ended = once(daemon, "exit");
        daemon.kill();
        await ended;
      }
      await registry.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Its log goes nowhere: nobody is to be slowed down by reading it. */
export async function startDaemon(
  policyFile: string,
  socket: string,
  options: readonly string[] = [],
): Promise<ChildProcess> {
  const args = [MAIN, "serve", "--policy", policyFile, "--socket", socket, ...options];
  const daemon = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
  for await (const line of createInterface(daemon.stdout))
    if (line.startsWith("listening on ")) return daemon;
  throw new Error("the daemon ended before it answered");
}
