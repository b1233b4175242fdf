import { canaryFindings } from "../doctor/canary.js";
import { ContainerdClient } from "../doctor/containerd/client.js";
import type { FindingId } from "../doctor/finding.js";
import type { Log } from "../service/log.js";
import type { RecentRecords } from "../service/recent-records.js";
import type { Enforcement } from "./daemon-metrics.js";

const PATHS: Partial<Record<FindingId, string>> = { "canary-cri": "cri", "canary-transfer": "transfer" };

export interface WatchOptions {
  /** containerd's socket. */
  readonly containerd: string;
  readonly intervalMs: number;
  readonly recent: Pick<RecentRecords, "on">;
  readonly log: Log;
}

/** Sends doctor's canary at intervals, and knows the outcome of the last. */
export class EnforcementWatch {
  readonly #options: WatchOptions;
  readonly #proved = new Map<string, boolean>();
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void>;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#running = this.#look();
    this.#timer = setInterval(() => {
      this.#running = this.#running.then(() => this.#look());
    }, options.intervalMs);
  }

  get enforcement(): Enforcement {
    return this.#proved;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  async #look(): Promise<void> {
    const { containerd: address, recent, log } = this.#options;
    const containerd = new ContainerdClient(address);
    try {
      const findings = await canaryFindings(containerd, { judgements: async (name) => recent.on(name) });
      for (const { id, severity, what } of findings) {
        const path = PATHS[id];
        if (path === undefined) continue;
        this.#proved.set(path, severity === "ok");
        if (severity !== "ok") log.warn("it is not proved that containerd asks", { path, what });
      }
    } catch (error) {
      for (const path of Object.values(PATHS)) this.#proved.set(path, false);
      log.error("the canary could not be sent", { error: String(error) });
    } finally {
      containerd.close();
    }
  }
}
