import {
  CLI_POLICY_PATHS,
  findPolicy,
  loadPolicy,
  type PolicyState,
  policyWarnings,
} from "../service/policy-file.js";
import { note } from "./output.js";
import { UsageError } from "./usage-error.js";

type LoadedPolicy = Extract<PolicyState, { kind: "loaded" }>;

export const POLICY_OPTION = {
  type: "string",
  value: "FILE",
  help: `the policy (default: ${CLI_POLICY_PATHS.join(", else ")})`,
} as const;

/** The policy of a command that says something about it, with the warnings on it. Throws `UsageError` when there is none. */
export function requirePolicy(explicit: string | undefined): LoadedPolicy {
  const state = loadPolicy(findPolicy(explicit, CLI_POLICY_PATHS));
  policyWarnings(state).forEach(note);
  if (state.kind !== "loaded") throw new UsageError(`${state.code}: ${state.reason}`, state.code);
  return state;
}
