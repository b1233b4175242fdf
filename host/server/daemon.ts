import { createServer } from "node:net";

import { Server, ServerCredentials } from "@grpc/grpc-js";
import { coreDigest } from "../core/core.js";
import { DEFAULT_LIMITS } from "../service/limits.js";
import { jsonLog, type Log } from "../service/log.js";
import type { PolicySource } from "../service/policy-in-force.js";
import { RecentRecords } from "../service/recent-records.js";
import type { Verifier } from "../service/verifier.js";
import { VerifierServiceService } from "./generated/countersign/v1/verifier.js";
import { HealthService } from "./generated/grpc/health/v1/health.js";
import { Health } from "./health.js";
import { listenOnDescriptor, listenOnSocket } from "./socket.js";
import { verifierService } from "./verifier-service.js";

export { SocketRefused } from "./socket.js";

/** A descriptor of 48 KiB, a name and the framing. */
const MESSAGE_LIMIT = 64 * 1024;
/** Four for each judgement that can be in progress; surplus connections are closed at once. */
const CONNECTION_LIMIT = 4 * DEFAULT_LIMITS.inFlight;

export interface DaemonOptions {
  /** Path of the Unix socket. */
  readonly socket: string;
  /** Its descriptor, where systemd listens on it for us; null or absent: it is made. */
  readonly activated?: number | null;
  readonly verifier: Pick<Verifier, "verify" | "refuse">;
  readonly policy: PolicySource;
  /** Recent judgements; none kept unless given. */
  readonly recent?: Pick<RecentRecords, "on">;
  /** Milliseconds a judgement may take at most. */
  readonly deadlineMs?: number;
  readonly log?: Log;
}

export interface Daemon {
  readonly socket: string;
  /** Takes no more requests, answers those under way for `timeoutMs` at most, then cuts them off. */
  drain(timeoutMs: number): Promise<void>;
}

/** Serves on a Unix socket, with or without a policy. Throws `SocketRefused` where it cannot listen safely. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { socket, verifier, policy, recent = new RecentRecords() } = options;
  const { log = jsonLog(), deadlineMs = DEFAULT_LIMITS.deadlineMs } = options;
  const health = new Health(() => policy.state);
  policy.onChange(() => health.changed());
  const grpc = new Server({ "grpc.max_receive_message_length": MESSAGE_LIMIT });
  grpc.addService(
    VerifierServiceService,
    verifierService({ verifier, policy, recent, deadlineMs, coreDigest: coreDigest(), log }),
  );
  grpc.addService(HealthService, health.service());

  // The listener is ours, not gRPC's, because of the socket's mode and of what may already be at its path.
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure());
  const listener = createServer((connection) => injector.injectConnection(connection));
  listener.maxConnections = CONNECTION_LIMIT;
  if (typeof options.activated === "number") await listenOnDescriptor(listener, options.activated, socket);
  else await listenOnSocket(listener, socket);
  listener.on("error", (error) => log.error("the listener failed", { error: String(error) }));

  return {
    socket,
    drain: async (timeoutMs) => {
      listener.close();
      health.drain();
      await shutDown(grpc, timeoutMs);
    },
  };
}

function shutDown(grpc: Server, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      grpc.forceShutdown();
      resolve();
    }, timeoutMs);
    grpc.tryShutdown(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
