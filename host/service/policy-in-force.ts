import type { Log } from "./log.js";
import { type Measurement, MeasurementFailed } from "./measurement.js";
import { reasonLine } from "./one-line.js";
import { findPolicy, type PolicyLocation, type PolicyRead, type PolicyState } from "./policy-file.js";
import { readPolicy, readPolicyAside } from "./policy-loader.js";
import { isStillUnchanged, lostFile, type PolicyReading } from "./policy-reading.js";

export interface PolicyInForceOptions {
  readonly location: PolicyLocation;
  readonly log: Log;
  /** `sha256:…`: no policy with another digest is ever in force. */
  readonly expectedDigest?: string | undefined;
  readonly measurement?: Measurement | undefined;
}

/** Why the content of the policy's file is not in force. */
export interface ReloadFailure {
  readonly reason: string;
  /** When that was first noticed. */
  readonly at: Date;
}

/** What those who judge and answer see of a policy that may change meanwhile. */
export type PolicySource = Pick<PolicyInForce, "state" | "failure" | "onChange">;

/** The policy is not the expected one: there is nothing to start with. `message` is one line. */
export class UnexpectedPolicy extends Error {
  override readonly name = "UnexpectedPolicy";
}

/**
 * The policy in force, replaced while judgements go on. Each judgement asks for `state` once, and so goes by one policy
 * from beginning to end. A policy that does not load, is not the expected one, or could not be measured although it
 * must be, never replaces one that is in force.
 */
export class PolicyInForce {
  readonly #options: PolicyInForceOptions;
  readonly #listeners = new Set<() => void>();
  #state: PolicyState;
  /** What the policy in force was read from. */
  #reading: PolicyReading | null = null;
  #failure: ReloadFailure | null = null;
  /** Reloads come one after the other. */
  #last: Promise<void> = Promise.resolve();

  private constructor(options: PolicyInForceOptions, state: PolicyState) {
    this.#options = options;
    this.#state = state;
  }

  /** Reads the policy for the first time. Throws `UnexpectedPolicy`. */
  static async start(options: PolicyInForceOptions): Promise<PolicyInForce> {
    const { location, expectedDigest } = options;
    const { path } = location;
    const policy = new PolicyInForce(options, {
      kind: "invalid",
      code: "policy-invalid",
      reason: `${path} is not read yet`,
      path,
    });
    // Nobody waits for a verdict yet.
    if (location.kind === "found") await policy.#reloadNext(async (path) => readPolicy(path));
    else policy.#keep(location);
    if (expectedDigest !== undefined && policy.state.kind !== "loaded")
      throw new UnexpectedPolicy(policy.state.reason);
    return policy;
  }

  get state(): PolicyState {
    return this.#state;
  }

  get failure(): ReloadFailure | null {
    return this.#failure;
  }

  /** The policy's file and the files it names: the places where a change can appear. */
  get files(): readonly string[] {
    return [this.#options.location.path, ...(this.#reading?.files.keys() ?? [])];
  }

  /** Called whenever another policy comes into force, or the reason why there is none changes. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Reads the files again and puts the policy in force, if it may be. Never rejects. */
  reload(): Promise<void> {
    return this.#reloadNext((path) => this.#readAside(path));
  }

  #reloadNext(read: (path: string) => Promise<PolicyRead>): Promise<void> {
    this.#last = this.#last
      .then(() => this.#reload(read))
      .catch((error) => this.#options.log.error("a reload failed", { error: String(error) }));
    return this.#last;
  }

  async #readAside(path: string): Promise<PolicyRead> {
    try {
      return await readPolicyAside(path);
    } catch (error) {
      this.#options.log.warn("a policy is loaded while others wait", { path, error: String(error) });
      return readPolicy(path);
    }
  }

  async #reload(read: (path: string) => Promise<PolicyRead>): Promise<void> {
    const { path } = this.#options.location;
    if (this.#reading !== null && (await isStillUnchanged(path, this.#reading))) {
      const hadFailed = this.#failure !== null;
      this.#failure = null;
      if (hadFailed) this.#notify();
      return;
    }
    const location = findPolicy(path, []);
    const found =
      location.kind === "none" ? { state: location, reading: null, warnings: [] } : await read(path);
    const refusal = await this.#whyNot(found);
    if (refusal === null) this.#replace(found);
    else this.#keep(refusal);
  }

  /**
   * Why this policy may not come into force, or null. The measurement comes last: it is told only of policies that then
   * do.
   */
  async #whyNot({ state, reading }: PolicyRead): Promise<PolicyState | null> {
    if (state.kind !== "loaded") return state;
    const { path, core } = state;
    const { digest } = core.summary;
    const refused = (code: "policy-invalid" | "measurement-failed", reason: string): PolicyState => ({
      kind: "invalid",
      code,
      reason: reasonLine(reason),
      path,
    });
    const { expectedDigest, measurement } = this.#options;
    if (expectedDigest !== undefined && digest !== expectedDigest)
      return refused("policy-invalid", `${path} is policy ${digest}, and not ${expectedDigest} as expected`);
    const lost = this.#reading && reading && lostFile(this.#reading, reading);
    if (lost !== null)
      return refused("policy-invalid", `${path} names ${lost}, which cannot be read any more`);
    try {
      await measurement?.policyLoaded(digest, path);
      return null;
    } catch (error) {
      if (!(error instanceof MeasurementFailed)) throw error;
      return refused("measurement-failed", `the policy could not be measured: ${error.message}`);
    }
  }

  #replace({ state, reading, warnings }: PolicyRead): void {
    this.#state = state;
    this.#reading = reading;
    this.#failure = null;
    this.#announce(warnings);
  }

  #keep(refusal: PolicyState): void {
    if (refusal.kind === "loaded") throw new TypeError("a policy that may be in force is no refusal");
    const { reason } = refusal;
    if (this.#failure?.reason === reason) return;
    this.#failure = { reason, at: new Date() };
    // If nothing is in force, there is nothing to keep but the reason.
    if (this.#state.kind !== "loaded") {
      this.#state = refusal;
      this.#announce([]);
      return;
    }
    const policyDigest = this.#state.core.summary.digest;
    this.#options.log.error("the new policy is not in force; the old one still is", { reason, policyDigest });
    this.#notify();
  }

  #announce(warnings: readonly string[]): void {
    const { log } = this.#options;
    const state = this.#state;
    if (state.kind === "loaded") {
      log.info("policy in force", { path: state.path, policyDigest: state.core.summary.digest });
    } else log.error("every image is denied", { code: state.code, reason: state.reason });
    for (const warning of warnings) log.warn(warning);
    this.#notify();
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}
