import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startDaemon } from "../../support/countersign/daemon.js";
import { installPlugin } from "../../support/countersign/plugin.js";
import { NAMESPACE, writePolicy } from "../../support/countersign/policy.js";
import { makeImage } from "../../support/image.js";
import { Parts } from "../../support/parts.js";
import { Containerd } from "../../support/peers/containerd.js";
import { pushOverHttp, pushSignatureOverHttp } from "../../support/peers/content.js";
import { DockerRegistry } from "../../support/peers/docker-registry.js";
import { findPeers } from "../../support/peers/peers.js";
import { generateKey, signLegacy } from "../../support/sign.js";
import type { Measure } from "../bench.js";
import { type Execution, timeProcesses } from "../launcher.js";

const PEERS = fileURLToPath(new URL("../../../../.cache/peers", import.meta.url));

/** Pulls by ctr of an image that containerd has already: it resolves the name, asks the verifier, and finds all there. */
export const measure: Measure = async function* ({ executions }) {
  // Only where the peers were fetched before: a benchmark downloads nothing.
  const peers = existsSync(PEERS) ? findPeers() : null;
  if (peers === null || !("bin" in peers)) return;
  const parts = await Parts.gather(async (parts) => {
    const { folder } = parts;
    const { host } = parts.add(await DockerRegistry.start(peers, folder));
    const name = await publish(folder, host);
    const socket = join(folder, "verifier.sock");
    parts.add(await startDaemon(join(folder, "policy.json"), socket));
    const pulls: Execution[] = [];
    for (const guard of [true, false]) {
      const own = join(folder, guard ? "guarded" : "open");
      const binDir = join(own, "bin");
      await mkdir(binDir, { recursive: true, mode: 0o755 });
      if (guard) await installPlugin(binDir, socket);
      const containerd = await Containerd.start(peers, { folder: own, binDir, plainHttp: [host] });
      const { address, certs } = parts.add(containerd);
      const args = ["--address", address, "images", "pull", "--hosts-dir", certs, name];
      pulls.push({ program: join(peers.bin, "ctr"), args, input: "/dev/null", perTurn: 3 });
    }
    return { pulls, folder, stop: () => parts.stop() };
  });
  try {
    const [ours, theirs = null] = (await timeProcesses(parts.folder, parts.pulls, executions)) ?? [];
    if (ours === undefined) return;
    const name = "containerd pull with us, warm";
    yield { name, unit: "ms", ours, peer: "without a verifier", theirs, runs: executions };
  } finally {
    await parts.stop();
  }
};

/** A signed image and a policy that accepts it; the image's name. */
async function publish(folder: string, host: string): Promise<string> {
  const repository = `${NAMESPACE}/app`;
  const image = makeImage();
  await pushOverHttp(host, repository, image, "1");
  const { privateKey, publicPem } = generateKey();
  const publicFile = join(folder, "cosign.pub");
  await writeFile(publicFile, publicPem);
  await writePolicy(join(folder, "policy.json"), host, publicFile);
  const dockerReference = `${host}/${repository}`;
  const signature = signLegacy({ privateKey, dockerReference, manifestDigest: image.digest });
  await pushSignatureOverHttp(host, repository, image.digest, signature);
  return `${dockerReference}:1`;
}
