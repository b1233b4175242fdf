import { readFileSync } from "node:fs";
import { credentials } from "@grpc/grpc-js";
import { VerifierServiceClient } from "../../../host/server/generated/countersign/v1/verifier.js";
import type { Measure } from "../bench.js";
import { single } from "../figure.js";
import type { Stage } from "../stage.js";

/** As many as the daemon admits of one registry without waiting would blur the figure; these keep it busy. */
const IN_FLIGHT = 8;

/** Growth of the daemon's resident memory that is a leak, in MB. */
const GROWTH_LIMIT = 10;

/** Memory after all verifications is compared with that after a tenth of them: V8 settles within the first thousand. */
const THOROUGH = 10_000;
const QUICK = 1_000;

/** Resident memory of the daemon after many verifications, beside itself after a tenth of them. Linux only. */
export const measure: Measure = async function* (bench) {
  if (process.platform !== "linux") return;
  const stage = await bench.stage();
  const verifications = bench.quick ? QUICK : THOROUGH;
  const client = new VerifierServiceClient(`unix:${stage.socket}`, credentials.createInsecure());
  try {
    const tenth = verifications / 10;
    await verifyMany(client, stage, tenth);
    const before = residentMemory(stage.daemon);
    await verifyMany(client, stage, verifications - tenth);
    const after = residentMemory(stage.daemon);
    const growth = after - before;
    yield {
      name: `daemon: resident memory after ${verifications} verifications`,
      unit: "MB",
      ours: single(after),
      peer: `after ${tenth}`,
      theirs: single(before),
      runs: 1,
      ...(!bench.quick && growth > GROWTH_LIMIT
        ? { failure: `it grew by ${growth.toFixed(1)} MB, more than ${GROWTH_LIMIT} MB` }
        : {}),
    };
  } finally {
    client.close();
  }
};

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
