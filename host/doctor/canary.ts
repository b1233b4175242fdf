import { CanaryRegistry } from "./canary-registry.js";
import { CallFailed, type ContainerdClient } from "./containerd/client.js";
import type { DaemonClient } from "./daemon.js";
import { error, type Finding, ok, warning } from "./finding.js";

/** A way by which containerd pulls. */
interface Way {
  readonly id: "canary-cri" | "canary-transfer";
  /** Who pulls that way. */
  readonly users: string;
  pull(name: string): Promise<void>;
  remove(name: string): Promise<void>;
}

/**
 * Has the running containerd pull, in both ways, an image that nobody has asked about before, and looks for the
 * daemon's record of judging it. Nothing anywhere knows that it is a canary.
 */
export async function canaryFindings(
  containerd: ContainerdClient,
  daemon: Pick<DaemonClient, "judgements">,
): Promise<Finding[]> {
  const ways: readonly Way[] = [
    {
      id: "canary-transfer",
      users: "ctr and nerdctl",
      pull: (name) => containerd.pullByTransfer(name),
      remove: (name) => containerd.removeFromStore(name),
    },
    {
      id: "canary-cri",
      users: "kubelet and crictl",
      pull: (name) => containerd.pullByCri(name),
      remove: (name) => containerd.removeByCri(name),
    },
  ];
  const findings: Finding[] = [];
  // A different image for each: containerd does not ask again about one that it has.
  for (const way of ways) findings.push(await release(way, daemon));
  return findings;
}

async function release(way: Way, daemon: Pick<DaemonClient, "judgements">): Promise<Finding> {
  const registry = await CanaryRegistry.start();
  const { name } = registry;
  try {
    const failure = await way.pull(name).then(
      () => null,
      (reason: unknown) => {
        if (reason instanceof CallFailed) return reason.message;
        throw reason;
      },
    );
    const judged = (await daemon.judgements(name)).at(-1);
    const removed = failure !== null || (await isRemoved(way, name));
    return judge(way, judged, failure, removed);
  } finally {
    await registry.close();
  }
}

async function isRemoved(way: Way, name: string): Promise<boolean> {
  try {
    await way.remove(name);
    return true;
  } catch (error) {
    if (error instanceof CallFailed) return false;
    throw error;
  }
}

function judge(
  { id, users }: Way,
  judged: { ok: boolean; code: string } | undefined,
  failure: string | null,
  removed: boolean,
): Finding {
  const rest = removed ? "it is removed again" : "it could not be removed";
  if (judged === undefined && failure === null) {
    return error(
      id,
      `containerd pulled an image without asking the daemon about it; ${rest}`,
      `${users} pull whatever they like: nothing is enforced`,
      "fix the other findings, restart containerd, and run doctor again",
    );
  }
  if (judged === undefined) {
    return warning(
      id,
      `cannot prove: containerd did not get as far as asking: ${failure}`,
      "an image that is refused for another reason says nothing about verifiers",
      "let containerd reach 127.0.0.1 without a proxy or a mirror in _default",
    );
  }
  if (!judged.ok && failure?.includes(`${judged.code}: `)) {
    return ok(id, `proved: containerd asked the daemon, and refused with ${judged.code}`);
  }
  if (!judged.ok) {
    const what = failure === null ? `pulled; ${rest}` : `refused for another reason (${failure})`;
    return error(
      id,
      `the daemon denied (${judged.code}), and containerd ${what}`,
      "a denial that does not stop a pull is worthless",
      "look for another verifier, or a containerd of another version",
    );
  }
  return warning(
    id,
    `cannot prove: the policy accepts images of 127.0.0.1, and this one; ${failure ?? rest}`,
    "containerd asked; whether it would have refused was not tested",
    "let the policy reject what it does not name",
  );
}
