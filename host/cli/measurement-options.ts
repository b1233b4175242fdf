import { isAbsolute } from "node:path";

import { coreDigest } from "../core/core.js";
import type { Log } from "../service/log.js";
import { type Measurement, MeasurementCommand } from "../service/measurement.js";
import type { Given } from "./command.js";
import { UsageError } from "./usage-error.js";

const DIGEST = /^sha256:[0-9a-f]{64}$/;

export const MEASUREMENT_OPTIONS = {
  "expect-policy-digest": {
    type: "string",
    value: "SHA256",
    help: "judge only by the policy with this digest (sha256:…), and do not start without it",
  },
  "expect-core-digest": {
    type: "string",
    value: "SHA256",
    help: "do not start unless the core has this digest (sha256:…)",
  },
  measure: {
    type: "string",
    value: "PROGRAM",
    help: "run PROGRAM for each policy and each first acceptance, with the event as a line of JSON on stdin",
  },
  "measure-argument": {
    type: "string",
    value: "ARGUMENT",
    multiple: true,
    help: "a fixed argument for that program",
  },
  "measure-required": {
    type: "boolean",
    help: "refuse what cannot be measured, instead of logging it",
  },
} as const;

type Values = Given<typeof MEASUREMENT_OPTIONS>["values"];

/** The digest of the only policy there may be, or undefined. */
export function expectedPolicy(values: Values): string | undefined {
  const expected = values["expect-policy-digest"];
  if (expected !== undefined) assertDigest("expect-policy-digest", expected);
  return expected;
}

/** Throws `UsageError` where the core is not the one that is expected. */
export function assertExpectedCore(values: Values): void {
  const expected = values["expect-core-digest"];
  if (expected === undefined) return;
  assertDigest("expect-core-digest", expected);
  if (expected !== coreDigest())
    throw new UsageError(`--expect-core-digest: this is core ${coreDigest()}, and not ${expected}`);
}

export function measurement(values: Values, log: Log): Measurement | undefined {
  const { measure: program, "measure-argument": rest = [], "measure-required": required = false } = values;
  if (program === undefined) {
    if (rest.length > 0) throw new UsageError("--measure-argument needs --measure");
    if (required) throw new UsageError("--measure-required needs --measure");
    return undefined;
  }
  if (!isAbsolute(program)) throw new UsageError(`--measure: ${program} is not an absolute path`);
  return new MeasurementCommand({ command: [program, ...rest], required, coreDigest: coreDigest(), log });
}

function assertDigest(option: string, text: string): void {
  if (!DIGEST.test(text))
    throw new UsageError(`--${option}: ${JSON.stringify(text)} is not sha256: and 64 lower-case hex digits`);
}
