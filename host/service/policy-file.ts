import { lstatSync } from "node:fs";
import { resolve } from "node:path";

import { CoreFault, type PolicyCore, PolicyError } from "../core/core.js";
import { FileRefused } from "./bounded-file.js";
import { reasonLine } from "./one-line.js";
import { placeFindings } from "./policy-places.js";
import { explainUnreadable, loadAgreed, type PolicyReading } from "./policy-reading.js";

/** Where the command line looks for a policy when it is given none, in order. */
export const CLI_POLICY_PATHS: readonly string[] = [
  "/etc/countersign/policy.json",
  "/etc/containers/policy.json",
];
/** Where the daemon looks: a policy written for podman must not decide what a node runs unless somebody says so. */
export const DAEMON_POLICY_PATHS: readonly string[] = ["/etc/countersign/policy.json"];

/** The basis of judgement at one moment: a policy, or the reason why everything is denied. */
export type PolicyState =
  | { readonly kind: "loaded"; readonly core: LoadedCore; readonly path: string; readonly loadedAt: Date }
  | { readonly kind: "none"; readonly code: "no-policy"; readonly reason: string }
  | {
      readonly kind: "invalid";
      readonly code: "policy-invalid" | "measurement-failed";
      readonly reason: string;
      readonly path: string;
    };

/** What a loaded policy is used for. */
export type LoadedCore = Pick<PolicyCore, "summary" | "plan" | "judge" | "explain" | "idle">;

/** Where the policy is or, if there is none, where it was looked for, the first place being where it should be. */
export type PolicyLocation =
  | { readonly kind: "found"; readonly path: string }
  | { readonly kind: "none"; readonly code: "no-policy"; readonly reason: string; readonly path: string };

/**
 * The explicit path if there is one, else the first candidate that exists in any form. One that exists and is broken is
 * still chosen: a damaged policy must not make way for another.
 */
export function findPolicy(explicit: string | undefined, candidates: readonly string[]): PolicyLocation {
  const paths = (explicit === undefined ? candidates : [explicit]).map((path) => resolve(path));
  const found = paths.find(isThere);
  if (found !== undefined) return { kind: "found", path: found };
  const [path = ""] = paths;
  return { kind: "none", code: "no-policy", reason: reasonLine(`no policy at ${paths.join(" or ")}`), path };
}

/** Loads the policy that was found, and the files it names. Every failure is a state that denies. */
export function loadPolicy(location: PolicyLocation): PolicyState {
  return location.kind === "none" ? location : readPolicyState(location.path).state;
}

/** The result of reading a policy's file. */
export interface PolicyRead {
  readonly state: PolicyState;
  /** What was read, where it loads. */
  readonly reading: PolicyReading | null;
  /** `policyWarnings` of it. */
  readonly warnings: readonly string[];
}

/** The state that a policy's file gives; what was read for it, and the whole core, if it loads. */
export function readPolicyState(path: string): {
  state: Exclude<PolicyState, { kind: "none" }>;
  reading: PolicyReading | null;
  loaded: PolicyCore | null;
} {
  try {
    const { core, reading } = loadAgreed(path);
    return { state: { kind: "loaded", core, path, loadedAt: new Date() }, reading, loaded: core };
  } catch (error) {
    const reason = reasonLine(whyInvalid(path, error));
    return { state: { kind: "invalid", code: "policy-invalid", reason, path }, reading: null, loaded: null };
  }
}

/** How many findings are reported without being asked for. */
const MOST_WARNINGS = 10;

/** The findings on a policy in force that an operator should not miss, each as one line, the worst first. */
export function policyWarnings(state: PolicyState): string[] {
  if (state.kind !== "loaded") return [];
  const { path, core } = state;
  const findings = [...explainUnreadable(core.summary), ...placeFindings(path, core.summary)];
  const found = (["error", "warning"] as const).flatMap((wanted) =>
    findings.filter(({ severity }) => severity === wanted),
  );
  const lines = found
    .slice(0, MOST_WARNINGS)
    .map(({ severity, id, line, column, message, advice }) =>
      reasonLine(`${severity}: ${path}:${line}:${column}: ${message} [${id}]${advice && `; ${advice}`}`),
    );
  const left = found.length - lines.length;
  return left === 0
    ? lines
    : [...lines, reasonLine(`${left} more findings: countersign policy check ${path}`)];
}

function whyInvalid(path: string, error: unknown): string {
  if (error instanceof PolicyError) {
    const where = error.path && `${error.path}: `;
    return `${path}:${error.line}:${error.column}: ${where}${error.message}`;
  }
  if (error instanceof FileRefused) return error.message;
  if (error instanceof CoreFault) return `${path}: the core failed on it`;
  throw error;
}

/**
 * Without following links: a link that leads nowhere is a broken policy, and so is a policy in a folder that cannot be
 * entered.
 */
function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code !== "ENOENT" && code !== "ENOTDIR";
  }
}
