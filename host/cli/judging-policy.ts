import type { Log } from "../service/log.js";
import type { Measurement } from "../service/measurement.js";
import { CLI_POLICY_PATHS, findPolicy, type PolicyState } from "../service/policy-file.js";
import { PolicyInForce, UnexpectedPolicy } from "../service/policy-in-force.js";
import type { Given } from "./command.js";
import {
  assertExpectedCore,
  expectedPolicy,
  type MEASUREMENT_OPTIONS,
  measurement as measurementBy,
} from "./measurement-options.js";
import { note } from "./output.js";
import { UsageError } from "./usage-error.js";

interface JudgingPolicy {
  readonly state: PolicyState;
  /** Told of each acceptance before it is given. */
  readonly measurement: Measurement | undefined;
}

/**
 * The policy of a command that judges, after it was measured. Without one everything is denied, and the reason is
 * printed, as are warnings about the policy. Throws `UsageError` if core or policy is not the expected one.
 */
export async function judgingPolicy(
  values: Given<typeof MEASUREMENT_OPTIONS>["values"] & { readonly policy?: string | undefined },
): Promise<JudgingPolicy> {
  assertExpectedCore(values);
  const measurement = measurementBy(
    values,
    noting((text) => note(text)),
  );
  const location = findPolicy(values.policy, CLI_POLICY_PATHS);
  const told: string[] = [];
  const log = noting((text) => told.push(text));
  const options = { location, expectedDigest: expectedPolicy(values), measurement, log };
  try {
    const { state } = await PolicyInForce.start(options);
    told.forEach(note);
    return { state, measurement };
  } catch (error) {
    if (error instanceof UnexpectedPolicy) throw new UsageError(error.message);
    throw error;
  }
}

/** Warnings and errors of the log as lines for a person. */
function noting(tell: (text: string) => void): Log {
  return {
    info: () => {},
    warn: tell,
    error: (message, { code, reason, failure } = {}) =>
      tell(failure === undefined ? `${code}: ${reason}` : `${message}: ${failure}`),
  };
}
