import type { Finding, PolicySummary } from "#component/types";
import { PolicyCore, PolicyError } from "../core/core.js";
import { FileRefused } from "../service/bounded-file.js";
import { jsonLine } from "../service/one-line.js";
import { placeFindings } from "../service/policy-places.js";
import { explainUnreadable, readNamedFile, readPolicyFile } from "../service/policy-reading.js";
import { command } from "./command.js";
import { cvmAgentFindings, cvmPolicyFindings } from "./cvm-agent-policy.js";
import { EXIT } from "./exit-code.js";
import { note, print } from "./output.js";
import { UsageError } from "./usage-error.js";

/** The worst first. */
const SEVERITIES: readonly Finding["severity"][] = ["error", "warning", "note"];

export default command({
  operands: ["FILE"],
  description: `Reads FILE and the keys it names as the verifier would, and prints what a careful operator would want to know
about it: FILE:LINE:COLUMN: SEVERITY: PATH: MESSAGE [ID]; what to write instead. docs/findings.md explains every ID.

Exits with 0 if no finding is as severe as --fail-on, with 1 if one is, and with 2 if the policy cannot be read or
does not load: then everything would be denied.`,
  options: {
    json: { type: "boolean", help: "print one JSON object" },
    "fail-on": { type: "string", value: "SEVERITY", help: "error, warning or note (default: error)" },
    "cvm-agent-policy": {
      type: "string",
      value: "FILE",
      help: "also check this policy of Automata's cvm-agent",
    },
  },
  async run({ values, operands: [file = ""] }) {
    const failOn = severityOf(values["fail-on"] ?? "error");
    const agentPolicy = values["cvm-agent-policy"];
    const checked = check(file, agentPolicy === undefined ? ({ findings }) => findings : cvmPolicyFindings);
    const agent =
      agentPolicy === undefined ? [] : cvmAgentFindings(agentPolicy, file).map(inFile(agentPolicy));
    const findings = [...checked.findings, ...agent];
    const result = {
      ...checked,
      ok: checked.error === null && !findings.some(isAsSevereAs(failOn)),
      findings,
    };
    if (values.json) print(jsonLine(result));
    else printText(result);
    if (result.error !== null) return EXIT.usage;
    return result.ok ? EXIT.ok : EXIT.denied;
  },
});

interface Place {
  readonly line: number;
  readonly column: number;
  readonly path: string;
}

interface Checked {
  readonly file: string;
  /** The first reason why the policy does not load. */
  readonly error: (Place & { readonly message: string }) | null;
  readonly policyDigest: string | null;
  readonly keys: PolicySummary["keys"];
  readonly findings: readonly FindingInFile[];
}

type FindingInFile = Finding & { readonly file: string };

/** `judged`: the findings that matter where the policy is used. */
function check(file: string, judged: (summary: PolicySummary) => Finding[]): Checked {
  try {
    const { summary } = PolicyCore.load(readPolicyFile(file), readNamedFile);
    const found = explainUnreadable({ ...summary, findings: judged(summary) });
    const findings = [...found, ...placeFindings(file, summary)]
      .sort((a, b) => a.line - b.line || a.column - b.column)
      .map(inFile(file));
    return { file, error: null, policyDigest: summary.digest, keys: summary.keys, findings };
  } catch (error) {
    return { file, error: located(error), policyDigest: null, keys: [], findings: [] };
  }
}

function inFile(file: string): (finding: Finding) => FindingInFile {
  return (finding) => ({ file, ...finding });
}

function severityOf(text: string): Finding["severity"] {
  const severity = SEVERITIES.find((name) => name === text);
  if (severity === undefined)
    throw new UsageError(`--fail-on: ${JSON.stringify(text)} is not error, warning or note`);
  return severity;
}

function isAsSevereAs(limit: Finding["severity"]): (finding: Finding) => boolean {
  return ({ severity }) => SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(limit);
}

/** `line` and `column` are 0 for what is not at a place in the file. */
function located(error: unknown): Checked["error"] {
  if (error instanceof PolicyError) {
    const { line, column, path, message } = error;
    return { line, column, path, message };
  }
  if (error instanceof FileRefused) return { line: 0, column: 0, path: "", message: error.message };
  throw error;
}

function printText({ file, error, policyDigest, findings }: Checked): void {
  if (error !== null) {
    note(error.line === 0 ? error.message : placed(file, error, error.message));
    return;
  }
  for (const finding of findings) {
    const { severity, message, id, advice } = finding;
    const line = placed(finding.file, finding, `${message} [${id}]${advice && `; ${advice}`}`, severity);
    print(`${line}\n`);
  }
  print(`${file}: ${policyDigest}\n`);
}

/** `FILE:LINE:COLUMN: [SEVERITY: ][PATH: ]MESSAGE`. */
function placed(file: string, { line, column, path }: Place, message: string, severity = ""): string {
  return [`${file}:${line}:${column}`, severity, path, message].filter((part) => part !== "").join(": ");
}
