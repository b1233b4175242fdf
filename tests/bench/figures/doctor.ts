import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { countersign } from "../../support/countersign/cli.js";
import { startDaemon } from "../../support/countersign/daemon.js";
import { GuardedContainerd } from "../../support/countersign/guarded-containerd.js";
import { Parts } from "../../support/parts.js";
import type { Bench } from "../bench.js";
import type { Figure } from "../figure.js";
import { peersAtHand } from "../peers.js";
import { sampleOf } from "../sampling.js";

/** Milliseconds. */
const LIMIT = 5_000;

/** `countersign doctor` on a node in order, from its start to its end: by both ways it proves that containerd asks. */
export async function* measure({ executions }: Bench): AsyncGenerator<Figure> {
  const peers = peersAtHand();
  if (peers === null) return;
  const times = await Parts.gather(async (parts) => {
    const { folder } = parts;
    const policy = join(folder, "policy.json");
    const socket = join(folder, "verifier.sock");
    await writeFile(policy, JSON.stringify({ default: [{ type: "reject" }] }));
    parts.add(await startDaemon(policy, socket));
    parts.add(await GuardedContainerd.start(peers, { folder, socket, plainHttp: [] }));
    const measured = [];
    for (let run = 0; run < executions; run++)
      measured.push(await timeOf(join(folder, "containerd.sock"), socket));
    await parts.stop();
    return measured;
  });
  const ours = sampleOf(times);
  yield {
    name: "doctor with its canary, whole process",
    unit: "ms",
    ours,
    peer: "",
    theirs: null,
    runs: executions,
    ...(ours.median > LIMIT ? { failure: `it takes ${ours.median.toFixed(0)} ms` } : {}),
  };
}

async function timeOf(containerd: string, socket: string): Promise<number> {
  const start = performance.now();
  const examined = await countersign("doctor", "--json", "--containerd", containerd, "--socket", socket);
  const time = performance.now() - start;
  const proofs = examined.stdout.match(/"what":"proved: /g)?.length ?? 0;
  if (examined.status !== 0 || proofs !== 2)
    throw new Error(`doctor proved nothing: ${examined.stdout}${examined.stderr}`);
  return time;
}
