import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { OCI_INDEX, OCI_MANIFEST } from "../../host/oci/media-types.js";
import { startDaemon } from "../support/countersign/daemon.js";
import { executeAsContainerd, installPlugin, type Question } from "../support/countersign/plugin.js";
import { writePolicy } from "../support/countersign/policy.js";
import { pushSignatureOverHttp } from "../support/peers/content.js";
import { startRegistry } from "../support/registry/registry.js";
import { generateKey, signLegacy } from "../support/sign.js";
import type { Stage } from "./stage.js";

/** A registry in this process; the real daemon; the real plugin, executed as containerd would. No root needed. */
export async function stageWithoutContainerd(): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), "countersign-demo-"));
  const keys = { team: generateKey(), stranger: generateKey() };
  const keyFile = join(folder, "cosign.pub");
  const policyFile = join(folder, "policy.json");
  const socket = join(folder, "verifier.sock");

  const registry = await startRegistry();
  await writeFile(keyFile, keys.team.publicPem);
  await writePolicy(policyFile, registry.host, keyFile);
  const daemon = await startDaemon(policyFile, socket);
  const plugin = await installPlugin(join(folder, "bin"), socket);

  return {
    cast: "a registry in this process, the daemon, and the plugin, executed as containerd would",
    registry: registry.host,
    async sign(signer, repository, manifestDigest) {
      const dockerReference = `${registry.host}/${repository}`;
      const { privateKey } = keys[signer];
      const signature = signLegacy({ privateKey, dockerReference, manifestDigest });
      await pushSignatureOverHttp(registry.host, repository, manifestDigest, signature);
    },
    async pull(name) {
      const question = await resolveName(name);
      const start = performance.now();
      const { status, stdout } = await executeAsContainerd(plugin, question);
      const milliseconds = performance.now() - start;
      const [, code = "", reason = ""] = /^([a-z-]+): (.*)\n$/.exec(stdout) ?? [];
      return { allowed: status === 0, code, reason, milliseconds };
    },
    async stop() {
      await daemon.stop();
      await registry.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Asks the registry what a tag stands for; containerd passes that on to the verifier. */
async function resolveName(name: string): Promise<Question> {
  const [, host, repository, tag] = /^([^/]+)\/(.+):([^:]+)$/.exec(name) ?? [];
  const url = `http://${host}/v2/${repository}/manifests/${tag}`;
  const headers = { accept: `${OCI_INDEX}, ${OCI_MANIFEST}` };
  const response = await fetch(url, { method: "HEAD", headers });
  if (!response.ok) throw new Error(`HEAD ${url}: ${response.status}`);
  const digest = response.headers.get("docker-content-digest") ?? "";
  const mediaType = response.headers.get("content-type");
  const size = Number(response.headers.get("content-length"));
  return { name, digest, descriptor: JSON.stringify({ mediaType, digest, size }) };
}
