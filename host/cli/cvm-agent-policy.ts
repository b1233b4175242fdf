import { basename } from "node:path";
import type { Finding, PolicySummary } from "#component/types";
import { FileRefused, readBoundedFile } from "../service/bounded-file.js";
import { UsageError } from "./usage-error.js";

/** The kinds of finding that are about an agent's policy. */
export const CVM_FINDINGS = [
  "cvm-verification-off",
  "cvm-other-policy",
  "cvm-policy-not-measured",
  "cvm-services-unverified",
  "cvm-key-not-measured",
] as const;

/**
 * Files below it are measured; those below `secret` and `secrets` beside it are not, and whoever runs the CVM can write
 * there.
 */
const MEASURED = "/data/workload/config/";
/** atakit's measurement leaves out files of this name (crates/workload-compose, measure.rs). */
const LEFT_OUT = "sample_image_verify_policy.json";

const MAX_BYTES = 1024 * 1024;

/**
 * What in the policy of Automata's cvm-agent keeps the image policy at `imagePolicyFile` from having its effect
 * (automata-linux, docs/cvm-agent-policy.md, workload_config). Throws `UsageError` for a file that is not such a
 * policy.
 */
export function cvmAgentFindings(file: string, imagePolicyFile: string): Finding[] {
  const text = readText(file);
  const config = parseConfig(file, text)["workload_config"];
  const verification = member(config, "image_signature_verification");
  const findings: Finding[] = [];
  const add = (
    severity: Finding["severity"],
    id: (typeof CVM_FINDINGS)[number],
    name: string,
    message: string,
    advice: string,
  ) => findings.push({ severity, id, ...placeOf(text, name), path: name, message, advice });

  if (verification["enable"] !== true) {
    const name = "image_signature_verification";
    add(
      "error",
      "cvm-verification-off",
      name,
      "no image is verified: verification is off unless enabled",
      'write "enable": true',
    );
  }
  const path = verification["signature_verification_policy_path"];
  if (typeof path !== "string" || basename(path) !== basename(imagePolicyFile)) {
    const name = "signature_verification_policy_path";
    const message = `the agent does not read ${basename(imagePolicyFile)}`;
    add("warning", "cvm-other-policy", name, message, "write where the policy is in the CVM");
  } else if (isSecret(path)) {
    const name = "signature_verification_policy_path";
    const message = "the policy is kept among secrets, which are not measured: the CVM's host can replace it";
    add("warning", "cvm-policy-not-measured", name, message, `keep it in ${MEASURED}`);
  } else if (basename(path) === LEFT_OUT) {
    const name = "signature_verification_policy_path";
    const message = `a file called ${LEFT_OUT} is not measured, wherever it is`;
    add("warning", "cvm-policy-not-measured", name, message, "call it policy.json");
  }
  const skipped = member(config, "workload")["skip_measurement"];
  if (Array.isArray(skipped) && skipped.length > 0) {
    const message = `images of these services are neither measured nor verified: ${skipped.map(String).join(", ")}`;
    add(
      "warning",
      "cvm-services-unverified",
      "skip_measurement",
      message,
      "leave out those that need not change",
    );
  }
  return findings.sort((a, b) => a.line - b.line);
}

/** What in the image policy matters only in a CVM. */
export function cvmPolicyFindings({ findings, keys }: Pick<PolicySummary, "findings" | "keys">): Finding[] {
  const known = findings.map(
    (finding): Finding => (isNoDetail(finding) ? { ...finding, severity: "warning" } : finding),
  );
  // A file of several certificates is one place; one among secrets is reported everywhere.
  const places = new Map(keys.map((key) => [key.path, key]));
  const unmeasured = [...places.values()].filter(
    ({ file }) => file.startsWith("/") && !file.startsWith(MEASURED) && !isSecret(file),
  );
  const added = unmeasured.map(
    ({ file, line, column, path }): Finding => ({
      ...{ severity: "warning", id: "cvm-key-not-measured", line, column, path },
      message: `${file} is not below ${MEASURED}: nothing says that it is measured, and whoever can write there decides what is signed`,
      advice: "write the key into the policy as keyData",
    }),
  );
  return [...known, ...added];
}

/**
 * podman judges there, too; it does not know our extensions, and loads archives under transports that nobody pulls
 * from.
 */
function isNoDetail({ severity, id, path }: Finding): boolean {
  if (severity !== "note") return false;
  return id === "not-portable" || (id === "scope-accepts-anything" && path.endsWith('[""]'));
}

function isSecret(path: string): boolean {
  return path.split("/").some((part) => part === "secret" || part === "secrets");
}

function readText(file: string): string {
  try {
    return Buffer.from(readBoundedFile(file, MAX_BYTES)).toString("utf8");
  } catch (error) {
    if (error instanceof FileRefused) throw new UsageError(`--cvm-agent-policy: ${error.message}`);
    throw error;
  }
}

function parseConfig(file: string, text: string): Record<string, unknown> {
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch {
    throw new UsageError(`--cvm-agent-policy: ${file} is not JSON`);
  }
  const whole = member(config);
  if (!("workload_config" in whole))
    throw new UsageError(`--cvm-agent-policy: ${file} has no workload_config: it is not a cvm-agent policy`);
  return whole;
}

/** The object under a name, or the value itself as one; an empty one for anything else. */
function member(value: unknown, name?: string): Record<string, unknown> {
  const found = name === undefined ? value : member(value)[name];
  return typeof found === "object" && found !== null && !Array.isArray(found)
    ? (found as Record<string, unknown>)
    : {};
}

/** Where a member's name stands first; the beginning if it does not. */
function placeOf(text: string, name: string): { line: number; column: number } {
  const before = text.slice(0, Math.max(text.indexOf(`"${name}"`), 0)).split("\n");
  return { line: before.length, column: [...(before.at(-1) ?? "")].length + 1 };
}
