import { randomBytes } from "node:crypto";
import { writeSync } from "node:fs";

import { parseArguments } from "./arguments.js";
import { callDaemon } from "./call.js";
import { Denial } from "./denial.js";
import { readDescriptor } from "./descriptor.js";
import { verdictLine } from "./line.js";
import {
  decodeResponse,
  encodeRequest,
  type VerifyImageRequest,
  type VerifyImageResponse,
} from "./messages.js";
import { assertTrustworthy } from "./socket.js";

/** Below containerd's 10 s (`per_verifier_timeout`), after which it would kill the plugin without a reason. */
export const DEADLINE_MS = 9_000;

/** Where the daemon listens unless told otherwise. */
export const DEFAULT_SOCKET = "/run/countersign/verifier.sock";

const VERIFY_IMAGE = "/countersign.v1.VerifierService/VerifyImage";

/** What is fixed when the plugin is installed. */
export interface Installation {
  /** The daemon's socket unless COUNTERSIGN_SOCKET names another. */
  readonly socket: string;
  /** Numeric user who may own socket and folder, besides root. */
  readonly owner: number;
  /** Milliseconds from the start of the process to the verdict. */
  readonly deadlineMs: number;
}

interface Verdict {
  readonly ok: boolean;
  readonly code: string;
  readonly reason: string;
}

/** Answers containerd: one line on standard output, exit status 0 (allowed) or 1. */
export async function run(installation: Installation): Promise<never> {
  const { ok, code, reason } = await Promise.race([verdict(installation), timeout(installation.deadlineMs)]);
  writeSync(1, verdictLine(code, reason));
  process.exit(ok ? 0 : 1);
}

async function verdict(installation: Installation): Promise<Verdict> {
  try {
    return await ask(installation);
  } catch (error) {
    if (error instanceof Denial) return { ok: false, code: error.code, reason: error.message };
    return { ok: false, code: "daemon-protocol", reason: `the plugin failed: ${(error as Error).message}` };
  }
}

async function ask({ socket: installedSocket, owner, deadlineMs }: Installation): Promise<Verdict> {
  const socket = process.env["COUNTERSIGN_SOCKET"] || installedSocket;
  const { name, digest, mediaType } = parseArguments(process.argv.slice(2));
  const descriptor = await readDescriptor(process.stdin);
  const request = { name, digest, mediaType, descriptor, nonce: randomBytes(16) };
  assertTrustworthy(socket, owner);

  const left = deadlineMs - performance.now();
  const answer = await callDaemon(socket, VERIFY_IMAGE, encodeRequest(request), left);
  const response = decodeResponse(answer);
  if (response === null)
    throw new Denial(
      "daemon-protocol",
      "the answer is not well-formed: do plugin and daemon differ in version?",
    );
  assertEcho(request, response);
  return response;
}

function assertEcho(request: VerifyImageRequest, response: VerifyImageResponse): void {
  const asked = {
    digest: Buffer.from(request.digest),
    name: Buffer.from(request.name),
    nonce: request.nonce,
  };
  for (const member of ["digest", "name", "nonce"] as const) {
    if (!asked[member].equals(response[member])) {
      throw new Denial("daemon-untrusted", `the answer is not to this request: its ${member} is another`);
    }
  }
}

/** Counted from the start of the process, as containerd counts. */
function timeout(deadlineMs: number): Promise<Verdict> {
  return new Promise((resolve) => {
    const reason = `no verdict within ${deadlineMs} ms: the daemon does not answer`;
    setTimeout(() => resolve({ ok: false, code: "daemon-timeout", reason }), deadlineMs - performance.now());
  });
}
