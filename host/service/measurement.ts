import { spawn } from "node:child_process";

import { LRUCache } from "lru-cache";
import type { CoreJudgement } from "../core/core.js";
import type { Log } from "./log.js";
import { jsonLine } from "./one-line.js";

/** The events that are measured, one JSON object each. Digests are `sha256:…`. */
export type MeasuredEvent =
  | {
      /** A policy is about to be in force. */
      readonly event: "policy-load";
      readonly policyDigest: string;
      readonly coreDigest: string;
      readonly path: string;
    }
  | {
      /** An image is about to be accepted for the first time under this policy and this name. */
      readonly event: "image-accept";
      readonly policyDigest: string;
      readonly coreDigest: string;
      readonly name: string;
      readonly digest: string;
      readonly transport: string;
      readonly scope: string;
      /** Null where the policy accepts without a signature. */
      readonly signer: string | null;
    };

/** The event had to be measured, and could not be. */
export class MeasurementFailed extends Error {
  override readonly name = "MeasurementFailed";
}

/** A log outside this process that receives every policy and every first acceptance, before they count. */
export interface Measurement {
  /** Rejects with `MeasurementFailed` where measuring is required and failed; otherwise a failure is only logged. */
  policyLoaded(policyDigest: string, path: string): Promise<void>;
  /**
   * The same for an acceptance; returns whether it was measured. Each (policy, name, digest) is measured once; a failed
   * one is tried again.
   */
  imageAccepted(judgement: CoreJudgement): Promise<boolean>;
}

export interface MeasurementOptions {
  /** Program and arguments, run unchanged for each event: no shell, and nothing of the event among the arguments. */
  readonly command: readonly [program: string, ...rest: string[]];
  readonly required: boolean;
  readonly coreDigest: string;
  readonly log: Log;
  /** Milliseconds the command may take. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 5_000;
/** Acceptances remembered; one that has been forgotten is measured again. */
const REMEMBERED = 100_000;

/** Runs a command for each event, which gets the event as one JSON line on its standard input. */
export class MeasurementCommand implements Measurement {
  readonly #options: MeasurementOptions;
  readonly #accepted = new LRUCache<string, Promise<boolean>>({ max: REMEMBERED });

  constructor(options: MeasurementOptions) {
    this.#options = options;
  }

  async policyLoaded(policyDigest: string, path: string): Promise<void> {
    const { coreDigest } = this.#options;
    await this.#measure({ event: "policy-load", policyDigest, coreDigest, path });
  }

  imageAccepted({ policyDigest, name, digest, transport, scope, signer }: CoreJudgement): Promise<boolean> {
    const key = JSON.stringify([policyDigest, name, digest]);
    const known = this.#accepted.get(key);
    if (known) return known;
    const { coreDigest } = this.#options;
    const event = {
      event: "image-accept",
      policyDigest,
      coreDigest,
      name,
      digest,
      transport,
      scope,
    } as const;
    const measured = this.#measure({ ...event, signer: signer ?? null }, () => this.#accepted.delete(key));
    this.#accepted.set(key, measured);
    return measured;
  }

  async #measure(event: MeasuredEvent, onFailure?: () => void): Promise<boolean> {
    const { required, log } = this.#options;
    const failure = await this.#run(jsonLine({ ...event, time: new Date().toISOString() }));
    if (failure === null) return true;
    onFailure?.();
    log.error("an event was not measured", { event: event.event, policyDigest: event.policyDigest, failure });
    if (required) throw new MeasurementFailed(failure);
    return false;
  }

  /** Null, or why it failed: never what the command printed. */
  #run(line: string): Promise<string | null> {
    const { command, timeoutMs = TIMEOUT_MS } = this.#options;
    const [program, ...rest] = command;
    return new Promise<string | null>((resolve) => {
      const child = spawn(program, rest, {
        stdio: ["pipe", "ignore", "ignore"],
        timeout: timeoutMs,
        killSignal: "SIGKILL",
      });
      child.once("error", (error) => resolve(whyNot(error)));
      // Where there are too many open files it has no streams either.
      if (child.pid === undefined) return;
      child.once("exit", (status, signal) => {
        if (status === 0) resolve(null);
        else resolve(status === null ? `it was ended by ${signal}` : `it exited with ${status}`);
      });
      // A command that does not read its input has said so by its exit status.
      child.stdin.on("error", () => {});
      child.stdin.end(line);
    }).catch(whyNot);
  }
}

function whyNot(error: NodeJS.ErrnoException): string {
  return `it does not start: ${error.code}`;
}
