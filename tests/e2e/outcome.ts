import assert from "node:assert/strict";

import type { Code } from "#component/types";
import { auditRecord } from "../support/countersign/daemon.js";
import type { ClientName } from "../support/countersign/guarded-containerd.js";
import type { ImageClient, Login, Pull } from "../support/peers/image-client.js";
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
  readonly clients: Readonly<Record<ClientName, ImageClient>>;
  readonly daemon: RunningProcess;
}

/** Pulls, and compares with `outcome` what the client was told, whether containerd has the image, and what was recorded. */
export async function assertPull(
  { clients, daemon }: Pulling,
  client: ClientName,
  { name, login, outcome }: { name: string; login?: Login; outcome: Outcome },
): Promise<void> {
  const pull = await clients[client].pull(name, login);
  assertTold(pull, outcome);
  assert.equal(await clients[client].has(name), pull.ok, "whether containerd has the image");
  assert.equal(auditRecord(daemon, askedAs(client, name))?.code, outcome.code, "the audit record");
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
