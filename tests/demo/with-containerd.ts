import { auditRecord } from "../support/countersign/daemon.js";
import { Node } from "../support/countersign/node.js";
import { findPeers } from "../support/peers/peers.js";
import type { Stage } from "./stage.js";

/** containerd, docker-registry and cosign, all real; or why they cannot be had here. */
export async function stageWithContainerd(): Promise<Stage | { readonly unavailable: string }> {
  const peers = findPeers();
  if ("unavailable" in peers) return peers;
  const node = await Node.start(peers);
  const { containerd, cosign } = peers.versions;
  return {
    cast: `containerd ${containerd}, docker-registry ${peers.versions["docker-registry"]} and cosign ${cosign}`,
    registry: node.registry,
    sign: (signer, repository, digest) =>
      node.cosign.sign(node.keys[signer], `${node.registry}/${repository}@${digest}`),
    async pull(name) {
      const start = performance.now();
      const { ok, error } = await node.clients.ctr.pull(name);
      const milliseconds = performance.now() - start;
      // containerd hands on the reason of a refusal only; that of a verdict stands in the daemon's audit log.
      const { code = "", reason = error } = auditRecord(node.daemon, name) ?? {};
      return { allowed: ok, code, reason, milliseconds };
    },
    stop: () => node.stop(),
  };
}
