import { readFileSync } from "node:fs";
import { credentials } from "@grpc/grpc-js";
import { VerifierServiceClient } from "../../host/server/generated/countersign/v1/verifier.js";
import type { Figure } from "./figure.js";
import type { Stage } from "./stage.js";

/** As many as the daemon admits of one registry without waiting would blur the figure; these keep it busy. */
const IN_FLIGHT = 8;

/** Growth of the daemon's resident memory that is a leak, in MB. */
export const GROWTH_LIMIT = 10;

/** Resident memory of the daemon after many verifications, beside itself after a tenth of them. Linux only. */
export async function measureMemory(stage: Stage, verifications: number): Promise<Figure[]> {
  if (process.platform !== "linux") return [];
  const client = new VerifierServiceClient(`unix:${stage.socket}`, credentials.createInsecure());
  try {
    const tenth = verifications / 10;
    await verifyMany(client, stage, tenth);
    const before = residentMemory(stage.daemon);
    await verifyMany(client, stage, verifications - tenth);
    const after = residentMemory(stage.daemon);
    return [
      {
        name: `daemon's resident memory after ${verifications}`,
        unit: "MB",
        ours: { median: after, min: after, max: after },
        peer: `after ${tenth}`,
        theirs: { median: before, min: before, max: before },
        runs: 1,
      },
    ];
  } finally {
    client.close();
  }
}

async function verifyMany(client: VerifierServiceClient, stage: Stage, count: number): Promise<void> {
  let left = count;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await verifyOnce(client, stage);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
}

function verifyOnce(client: VerifierServiceClient, { question }: Stage): Promise<void> {
  const request = {
    name: question.name,
    digest: question.digest,
    descriptorMediaType: "application/vnd.oci.descriptor.v1+json",
    descriptor: Buffer.from(question.descriptor),
    nonce: Buffer.alloc(16),
  };
  return new Promise((resolve, reject) => {
    client.verifyImage(request, (error, answer) => {
      if (error !== null) reject(error);
      else if (!answer.ok) reject(new Error(`denied: ${answer.reason}`));
      else resolve();
    });
  });
}

/** MB. */
function residentMemory(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kib === undefined) throw new Error(`/proc/${pid}/status has no VmRSS`);
  return (Number(kib) * 1024) / 1e6;
}
