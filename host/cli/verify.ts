import type { Code, Image } from "#component/types";
import type { AuditSink } from "../service/audit.js";
import { DEFAULT_LIMITS } from "../service/limits.js";
import { reasonLine } from "../service/one-line.js";
import { type Verdict, Verifier } from "../service/verifier.js";
import { auditFile } from "./audit-file.js";
import { command } from "./command.js";
import { EXIT, type ExitCode } from "./exit-code.js";
import { numberOf } from "./numbers.js";
import { inOrder } from "./ordered.js";
import { note, print } from "./output.js";
import { POLICY_OPTION, policyState } from "./policy-options.js";
import { Progress } from "./progress.js";
import { REGISTRY_OPTIONS, registrySource } from "./registry-options.js";
import { UsageError } from "./usage-error.js";

const DEFAULT_CONCURRENCY = 4;
/** Whoever types a name reads the verdict; a record is kept where one is asked for. */
const NO_AUDIT: AuditSink = { write: () => {} };

export default command({
  operand: "NAME…",
  description: `Names are read as docker and podman read them: "nginx" is docker.io/library/nginx:latest. What is judged is the
digest a name resolves to, as containerd does it: for an image of several platforms, its index.

Prints one line for each name, in the order given: "allowed" or "denied", the name with its digest, and why.
With several names the exit status is 0 if all are allowed, 2 without a usable policy, 1 if any is denied, and 3
if some could not be decided.`,
  options: {
    policy: POLICY_OPTION,
    json: { type: "boolean", help: "print one JSON object a line" },
    platform: {
      type: "string",
      value: "OS/ARCH",
      help: "judge for OS/ARCH[/VARIANT]; since the digest is judged, all platforms get the same verdict",
    },
    ...REGISTRY_OPTIONS,
    "audit-log": { type: "string", value: "FILE", help: "append one JSON line for each verdict" },
    concurrency: { type: "string", value: "N", help: `images judged at once (${DEFAULT_CONCURRENCY})` },
    timeout: {
      type: "string",
      value: "SECONDS",
      help: `time for each image (${DEFAULT_LIMITS.deadlineMs / 1000})`,
    },
  },
  async run({ values, operands }) {
    const concurrency = numberOf("concurrency", values.concurrency, {
      ...{ otherwise: DEFAULT_CONCURRENCY, min: 1, max: DEFAULT_LIMITS.inFlightPerRegistry },
    });
    const seconds = numberOf("timeout", values.timeout, {
      ...{ otherwise: DEFAULT_LIMITS.deadlineMs / 1000, min: 0.001, max: 3600 },
    });
    if (values.platform !== undefined) notePlatform(values.platform);
    const audit = values["audit-log"] === undefined ? NO_AUDIT : auditFile(values["audit-log"]);
    const source = await registrySource(values, note);
    const state = policyState(values.policy);
    if (state.kind !== "loaded") note(`${state.code}: ${state.reason}`);

    const verifier = new Verifier({ policy: () => state, source, audit });
    const progress = new Progress(operands.length);
    const codes = new Set<Code>();
    await inOrder(
      operands,
      Math.floor(concurrency),
      async (name) => {
        const verdict = await verifier.verify(named(name), { deadlineMs: seconds * 1000 });
        progress.advance();
        return verdict;
      },
      (verdict, name) => {
        codes.add(verdict.code);
        progress.erase();
        print(values.json ? jsonLine(verdict, name) : textLine(verdict, name));
      },
    );
    progress.erase();
    await source.close();
    return exitCode(codes);
  },
});

function named(name: string): Image {
  return { transport: "docker", name, mode: "user", digest: "", descriptor: new Uint8Array() };
}

function textLine({ ok, name, digest, code, reason }: Verdict, asked: string): string {
  const judged = reasonLine(name || asked);
  const resolved = digest === "" || judged.includes("@") ? judged : `${judged}@${digest}`;
  return `${ok ? "allowed" : "denied"} ${resolved} ${code}: ${reason}\n`;
}

function jsonLine(verdict: Verdict, asked: string): string {
  return `${JSON.stringify({ ...verdict, name: verdict.name || asked, signer: verdict.signer ?? null })}\n`;
}

function exitCode(codes: ReadonlySet<Code>): ExitCode {
  const all = [...codes];
  if (all.some((code) => code === "no-policy" || code === "policy-invalid")) return EXIT.usage;
  if (all.every(isAllowed)) return EXIT.ok;
  return all.every((code) => isAllowed(code) || isUndecided(code)) ? EXIT.undecided : EXIT.denied;
}

function isAllowed(code: Code): boolean {
  return code === "accepted" || code === "accepted-anything";
}

/** Whether the image might be allowed another time: somebody could not be asked, or nothing could be decided. */
function isUndecided(code: Code): boolean {
  return /^(registry|daemon)-|^(busy|core-fault|evidence-too-large)$/.test(code);
}

/** A verdict on a digest holds for every platform in it, so there is nothing to choose; but a typing error is one. */
function notePlatform(platform: string): void {
  if (!/^[a-z0-9]+\/[a-z0-9]+(\/[a-z0-9.]+)?$/.test(platform)) {
    throw new UsageError(
      `--platform: ${JSON.stringify(platform)} is not OS/ARCH or OS/ARCH/VARIANT, such as linux/arm64`,
    );
  }
  note(`--platform ${platform}: the digest a name resolves to is judged, for all of its platforms`);
}
