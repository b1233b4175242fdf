import assert from "node:assert/strict";

import type { Code } from "#component/types";
import { auditRecord, auditRecords } from "../support/countersign/daemon.js";
import type { ClientName, Clients } from "../support/countersign/guarded-containerd.js";
import type { Login, Pull } from "../support/peers/image-client.js";
import type { RunningProcess } from "../support/process.js";

/** What has to become of a pull. */
export interface Outcome {
  readonly code: Code;
  /** What a client is told when it is refused; null: the pull goes through. */
  readonly reason: RegExp | null;
}

export const ACCEPTED: Outcome = { code: "accepted", reason: null };
export const ACCEPTED_ANYTHING: Outcome = { code: "accepted-anything", reason: null };

export function refused(code: Code, reason: RegExp): Outcome {
  return { code, reason };
}

export interface Pulling {
  readonly clients: Clients;
  readonly daemon: RunningProcess;
}

/**
 * Pulls, and compares with `outcome` what the client was told, whether containerd has the image, and what was recorded:
 * that the digest judged is the one that containerd resolved, or was asked for.
 */
export async function assertPull(
  { clients, daemon }: Pulling,
  client: ClientName,
  { name, login, outcome }: { name: string; login?: Login; outcome: Outcome },
): Promise<void> {
  const before = daemon.output.length;
  const pull = await clients[client].pull(name, login);
  assertTold(pull, outcome);
  // The client may be told before we have read what the daemon wrote.
  const written = () => auditRecord(daemon, askedAs(client, name), before);
  await daemon.until(`no audit record of ${name}`, () => written() !== undefined);
  const record = written();
  assert.equal(record?.code, outcome.code, "the audit record");
  assert.equal(await clients[client].find(name), pull.ok ? record?.digest : null, "what containerd has");
  if (!pull.ok) assert.ok(pull.error.includes(` with digest ${record?.digest} for reason: `), pull.error);
}

/** A verifier's refusal as containerd hands it on, with our code and reason; or no error at all. */
export function assertTold(pull: Pull, { code, reason }: Outcome): void {
  if (reason === null) {
    assert.equal(pull.error, "");
    assert.equal(pull.ok, true);
    return;
  }
  const [, said = ""] =
    /image verifier bindir blocked pull of .* rejected image \(exit code 1\): (.*)/s.exec(pull.error) ?? [];
  assert.ok(said.startsWith(`${code}: `), `expected ${code}, was told: ${pull.error}`);
  assert.match(said, reason);
  assert.equal(pull.ok, false);
}

/** CRI completes the names of Docker Hub, and has containerd pull by the digest alone where there is a tag beside it. */
function askedAs(client: ClientName, name: string): string {
  if (client === "ctr") return name;
  return name.includes("/") ? name.replace(/:[^:/@]+@/, "@") : `docker.io/library/${name}`;
}

/** Not the image, and nothing of its manifest: containerd asks before it fetches. */
export async function assertNothingRefusedIsKept({ clients, daemon }: Pulling): Promise<void> {
  const refused = auditRecords(daemon).filter(({ ok }) => !ok);
  const kept = await clients.ctr.digests();
  assert.ok(refused.length > 0);
  assert.ok(
    auditRecords(daemon).some(({ ok, digest }) => ok && kept.has(digest)),
    "accepted images are kept",
  );
  for (const { name, digest } of refused) assert.ok(!kept.has(digest), `${name} is ${digest}, which is kept`);
}
