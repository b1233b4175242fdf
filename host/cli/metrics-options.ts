import { resolve } from "node:path";

import { coreDigest } from "../core/core.js";
import { CONTAINERD_SOCKET } from "../doctor/containerd/client.js";
import { DaemonMetrics, type Enforcement } from "../metrics/daemon-metrics.js";
import { EnforcementWatch } from "../metrics/enforcement-watch.js";
import { listenForMetrics, type MetricsListener } from "../metrics/listener.js";
import type { Log } from "../service/log.js";
import type { RecentRecords } from "../service/recent-records.js";
import type { Given } from "./command.js";
import { wholeNumber } from "./numbers.js";
import { UsageError } from "./usage-error.js";

const DAY_S = 24 * 60 * 60;

export const METRICS_OPTIONS = {
  "metrics-listen": {
    type: "string",
    value: "HOST:PORT",
    help: "serve Prometheus metrics there, under /metrics: 127.0.0.1:9464 (default: off)",
  },
  "canary-interval": {
    type: "string",
    value: "SECONDS",
    help: "have containerd prove that it asks, as doctor does, this often (default: never)",
  },
  containerd: {
    type: "string",
    value: "SOCKET",
    help: `containerd's socket (default: ${CONTAINERD_SOCKET})`,
  },
} as const;

type Values = Given<typeof METRICS_OPTIONS>["values"];

interface Parts {
  readonly recent: RecentRecords;
  readonly log: Log;
}

export interface RunningMetrics {
  readonly metrics: DaemonMetrics;
  /** To be called when the daemon answers. */
  watchEnforcement(): void;
  stop(): Promise<void>;
}

/** The daemon's metrics, served where the options say. Throws `UsageError`. */
export async function startMetrics(values: Values, { recent, log }: Parts): Promise<RunningMetrics> {
  const interval = values["canary-interval"];
  const seconds = interval === undefined ? null : wholeNumber("canary-interval", interval, DAY_S);
  let watch: EnforcementWatch | null = null;
  const none: Enforcement = new Map();
  const enforcement = () => watch?.enforcement ?? none;
  const metrics = new DaemonMetrics({ coreDigest: coreDigest(), enforcement });
  const listener = await listening(values["metrics-listen"], () => metrics.expose());
  if (listener !== null) log.info("metrics are served", { address: listener.address });
  return {
    metrics,
    watchEnforcement: () => {
      if (seconds === null) return;
      const containerd = resolve(values.containerd ?? CONTAINERD_SOCKET);
      watch = new EnforcementWatch({ containerd, intervalMs: seconds * 1000, recent, log });
    },
    stop: async () => {
      await watch?.stop();
      await listener?.close();
    },
  };
}

async function listening(given: string | undefined, expose: () => string): Promise<MetricsListener | null> {
  if (given === undefined) return null;
  const [, bracketed, plain, port] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+)):(\d{1,5})$/i.exec(given) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || Number(port) > 65_535) {
    throw new UsageError(`--metrics-listen: ${JSON.stringify(given)} is not HOST:PORT`);
  }
  try {
    return await listenForMetrics(host, Number(port), expose);
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    throw new UsageError(`--metrics-listen: cannot listen on ${given} (${code.toLowerCase()})`);
  }
}
