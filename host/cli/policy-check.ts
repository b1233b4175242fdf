import type { Finding, PolicySummary } from "#component/types";
import { PolicyCore, PolicyError } from "../core/core.js";
import { FileRefused } from "../service/bounded-file.js";
import { readNamedFile, readPolicyFile } from "../service/policy-reading.js";
import { command } from "./command.js";
import { EXIT } from "./exit-code.js";
import { note, print } from "./output.js";

export default command({
  operands: ["FILE"],
  description: `Reads FILE and the keys it names as the verifier would, and prints what a careful operator would want to know
about it: FILE:LINE:COLUMN: SEVERITY: PATH: MESSAGE.

Exits with 0 if the policy is in order (warnings and notes may be printed), 1 if it loads but has an error or a key
that cannot be used in it, and 2 if it cannot be read or does not load: then everything would be denied.`,
  options: { json: { type: "boolean", help: "print one JSON object" } },
  async run({ values, operands: [file = ""] }) {
    const checked = check(file);
    if (values.json) print(`${JSON.stringify(checked)}\n`);
    else printText(checked);
    if (checked.error !== null) return EXIT.usage;
    return checked.ok ? EXIT.ok : EXIT.denied;
  },
});

interface Place {
  readonly line: number;
  readonly column: number;
  readonly path: string;
}

interface Checked {
  readonly ok: boolean;
  readonly file: string;
  /** The first thing for which the policy does not load. */
  readonly error: (Place & { readonly message: string }) | null;
  readonly policyDigest: string | null;
  readonly keys: PolicySummary["keys"];
  readonly findings: readonly Finding[];
}

function check(file: string): Checked {
  try {
    const { digest, keys, findings } = PolicyCore.load(readPolicyFile(file), readNamedFile).summary;
    const ok =
      findings.every(({ severity }) => severity !== "error") && keys.every(({ problem }) => problem === "");
    return { ok, file, error: null, policyDigest: digest, keys, findings };
  } catch (error) {
    return { ok: false, file, error: located(error), policyDigest: null, keys: [], findings: [] };
  }
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
    const { severity, message, advice } = finding;
    print(`${placed(file, finding, `${message}${advice && `; ${advice}`}`, severity)}\n`);
  }
  print(`${file}: ${policyDigest}\n`);
}

/** `FILE:LINE:COLUMN: [SEVERITY: ][PATH: ]MESSAGE`. */
function placed(file: string, { line, column, path }: Place, message: string, severity = ""): string {
  return [`${file}:${line}:${column}`, severity, path, message].filter((part) => part !== "").join(": ");
}
