import { jsonLine, reasonLine } from "../service/one-line.js";
import type { Verdict } from "../service/verifier.js";
import { EXIT, type ExitCode } from "./exit-code.js";

/** `allowed|denied NAME@DIGEST CODE: REASON`. `asked` is the name as it was typed, where none could be read. */
export function verdictText({ ok, name, digest, code, reason }: Verdict, asked: string): string {
  const judged = reasonLine(name || asked);
  const resolved = digest === "" || judged.includes("@") ? judged : `${judged}@${digest}`;
  return `${ok ? "allowed" : "denied"} ${resolved} ${code}: ${reason}\n`;
}

/** The whole verdict on one line. */
export function verdictJson(verdict: Verdict, asked: string): string {
  return jsonLine({ ...verdict, name: verdict.name || asked, signer: verdict.signer ?? null });
}

/** One exit status for several verdicts: the most urgent problem decides. */
export function exitCode(verdicts: readonly Pick<Verdict, "ok" | "code">[]): ExitCode {
  const denials = verdicts.filter(({ ok }) => !ok);
  if (denials.length === 0) return EXIT.ok;
  if (denials.some(isUnconfigured)) return EXIT.usage;
  return denials.every(isUndecided) ? EXIT.undecided : EXIT.denied;
}

function isUnconfigured({ code }: Pick<Verdict, "code">): boolean {
  return code === "no-policy" || code === "policy-invalid" || code === "registries-d-invalid";
}

/** Whether the image might be allowed another time: somebody could not be asked, or nothing could be decided. */
function isUndecided({ code }: Pick<Verdict, "code">): boolean {
  return /^(registry|daemon)-|^(busy|core-fault|evidence-too-large|source-unreadable|copy-failed)$/.test(
    code,
  );
}
