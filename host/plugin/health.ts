import { callDaemon } from "./call.js";
import { Denial } from "./denial.js";
import { decodeServing } from "./messages.js";
import { assertTrustworthy } from "./socket.js";

const DEADLINE_MS = 2_000;

/**
 * Asks as the plugin would whether a daemon answers on `socket` and has a policy in force (grpc.health.v1).
 * Throws the `Denial` the plugin would give.
 */
export async function isServing(socket: string, owner: number): Promise<boolean> {
  assertTrustworthy(socket, owner);
  const asked = callDaemon(socket, "/grpc.health.v1.Health/Check", Buffer.alloc(0), DEADLINE_MS);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const denial = new Denial(
      "daemon-timeout",
      `${socket} accepts connections, but does not answer within ${DEADLINE_MS} ms`,
    );
    timer = setTimeout(reject, DEADLINE_MS, denial);
  });
  try {
    return decodeServing(await Promise.race([asked, late]));
  } finally {
    clearTimeout(timer);
  }
}
