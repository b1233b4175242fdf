import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { digestOf } from "../../../host/oci/digest.js";
import { OCI_CONFIG, OCI_LAYER_GZIP, OCI_MANIFEST } from "../../../host/oci/media-types.js";
import { generatePrivateKey } from "../../../host/signing/keys/private-key.js";
import { MAIN } from "../../support/countersign/cli.js";
import { Parts } from "../../support/parts.js";
import { putBlob, putManifest } from "../../support/peers/content.js";
import { DockerRegistry } from "../../support/peers/docker-registry.js";
import type { Peers } from "../../support/peers/peers.js";
import type { Measure } from "../bench.js";
import { rate, single } from "../figure.js";
import { peersAtHand } from "../peers.js";
import { sampleOf } from "../sampling.js";

const LAYERS = 5;
const LAYER_BYTES = 100_000_000;
const MEGABYTES = (LAYERS * LAYER_BYTES) / 1e6;
const MOST_MEMORY_MB = 200;
const LOOK_MS = 25;

/** A copy of an image by a program: its arguments for `from`, `HOST/REPOSITORY:TAG`, and `to`. */
interface Copier {
  readonly name: string;
  readonly program: string;
  args(from: string, to: string): readonly string[];
}

interface Run {
  readonly ms: number;
  readonly peakMegabytes: number;
}

/**
 * Copying 500 MB from one real registry to another, on loopback: ours is the whole of sign-image, signatures included.
 * Every copy goes to a registry of its own, where there is nothing yet.
 */
export const measure: Measure = async function* (bench) {
  const peers = peersAtHand();
  if (peers === null || process.platform !== "linux") return;
  const rounds = bench.quick ? 1 : 5;
  // The first round warms up whatever there is to warm up.
  const warmUp = bench.quick ? 0 : 1;
  const { parts, source } = await Parts.gather(async (parts) => ({
    parts,
    source: parts.add(await DockerRegistry.start(peers, parts.folder)),
  }));
  try {
    await pushLargeImage(source.host);
    const copiers = await copiersWith(peers, parts.folder);
    const runs: Run[][] = copiers.map(() => []);
    for (let round = 0; round < warmUp + rounds; round++) {
      for (const [i, copier] of copiers.entries()) {
        const run = await copyOnce(copier, `${source.host}/large:1`, peers, parts.folder);
        if (round >= warmUp) runs[i]?.push(run);
      }
    }
    const samples = runs.map((own) => rate(sampleOf(own.map(({ ms }) => ms)), MEGABYTES * 1000));
    const [ours, ...theirs] = samples;
    if (ours === undefined) return;
    const name = `sign-image: copying ${MEGABYTES} MB between two registries`;
    for (const [i, sample] of theirs.entries())
      yield { name, unit: "MB/s", ours, peer: copiers[i + 1]?.name ?? "", theirs: sample, runs: rounds };
    const memory = Math.max(...(runs[0] ?? []).map(({ peakMegabytes }) => peakMegabytes));
    yield {
      name: "sign-image: resident memory while copying, at most",
      unit: "MB",
      ours: single(memory),
      peer: "the limit",
      theirs: single(MOST_MEMORY_MB),
      runs: rounds,
      ...(memory > MOST_MEMORY_MB ? { failure: `it is more than ${MOST_MEMORY_MB} MB` } : {}),
    };
  } finally {
    await parts.stop();
  }
};

async function copiersWith(peers: Peers, folder: string): Promise<readonly Copier[]> {
  const key = generatePrivateKey();
  const [privateKey, publicKey] = [join(folder, "key.pem"), join(folder, "key.pub")];
  await writeFile(privateKey, key.object.export({ type: "pkcs8", format: "pem" }));
  await writeFile(publicKey, key.publicKey.pem);
  const insecure = [
    "--insecure-policy",
    "copy",
    "--quiet",
    "--src-tls-verify=false",
    "--dest-tls-verify=false",
  ];
  return [
    {
      name: "sign-image",
      program: process.execPath,
      args: (from, to) => [MAIN, "sign-image", from, to, privateKey, publicKey],
    },
    {
      name: "skopeo copy",
      program: join(peers.bin, "skopeo"),
      args: (from, to) => [...insecure, `docker://${from}`, `docker://${to}`],
    },
    {
      name: "crane copy",
      program: join(peers.bin, "crane"),
      args: (from, to) => ["copy", "--insecure", from, to],
    },
  ];
}

async function copyOnce({ program, args }: Copier, from: string, peers: Peers, parent: string): Promise<Run> {
  const folder = await mkdtemp(join(parent, "target-"));
  const target = await DockerRegistry.start(peers, folder);
  try {
    const env = { PATH: process.env["PATH"], HOME: folder };
    const began = performance.now();
    const child = spawn(program, args(from, `${target.host}/copy:1`), {
      env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    let peakMegabytes = 0;
    const timer = setInterval(() => {
      peakMegabytes = Math.max(peakMegabytes, highWaterMark(child.pid ?? 0));
    }, LOOK_MS);
    const [status] = await once(child, "exit");
    clearInterval(timer);
    if (status !== 0) throw new Error(`${program} failed: ${stderr}`);
    return { ms: performance.now() - began, peakMegabytes };
  } finally {
    await target.stop();
    await rm(folder, { recursive: true });
  }
}

/** Resident memory at its most so far, in MB; 0 where the process has gone. */
function highWaterMark(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return (Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024) / 1e6;
  } catch {
    return 0;
  }
}

async function pushLargeImage(host: string): Promise<void> {
  const layers = [];
  for (let i = 0; i < LAYERS; i++) {
    const layer = randomBytes(LAYER_BYTES);
    await putBlob(host, "large", layer);
    layers.push({ mediaType: OCI_LAYER_GZIP, digest: digestOf(layer), size: layer.length });
  }
  const rootfs = { type: "layers", diff_ids: layers.map(({ digest }) => digest) };
  const config = Buffer.from(JSON.stringify({ os: "linux", architecture: "amd64", config: {}, rootfs }));
  await putBlob(host, "large", config);
  const descriptor = { mediaType: OCI_CONFIG, digest: digestOf(config), size: config.length };
  const manifest = { schemaVersion: 2, mediaType: OCI_MANIFEST, config: descriptor, layers };
  await putManifest(host, "large", "1", Buffer.from(JSON.stringify(manifest)), OCI_MANIFEST);
}
