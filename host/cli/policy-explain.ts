import type { Candidate, Explanation } from "#component/types";
import { NameRefused } from "../core/core.js";
import { command } from "./command.js";
import { EXIT } from "./exit-code.js";
import { namedImage } from "./named-image.js";
import { note, print } from "./output.js";
import { POLICY_OPTION, requirePolicy } from "./policy-options.js";

export default command({
  operands: ["NAME"],
  description: `Prints how NAME is read, every scope that is looked up for it, in order, which one applies (only the first that the
policy has), and what that scope requires. No registry is asked.

Exits with 0 whatever the policy says about the image, and with 2 for a name that cannot be read.`,
  options: {
    policy: POLICY_OPTION,
    json: { type: "boolean", help: "print one JSON object" },
  },
  async run({ values, operands: [name = ""] }) {
    const { core } = requirePolicy(values.policy);
    try {
      const explanation = core.explain(namedImage(name));
      print(values.json ? `${JSON.stringify({ ok: true, ...explanation })}\n` : text(explanation));
      return EXIT.ok;
    } catch (error) {
      if (!(error instanceof NameRefused)) throw error;
      const { code, reason } = error;
      if (values.json) print(`${JSON.stringify({ ok: false, code, reason })}\n`);
      else note(`${code}: ${reason}`);
      return EXIT.usage;
    }
  },
});

function text({ reference, candidates, applies, requirements }: Explanation): string {
  const lines = [
    `name: ${reference?.canonical ?? "not a docker-like name"}${hasBoth(reference) ? ", judged by its digest, as containerd pulls it: scopes with its tag do not cover it" : ""}`,
    "scopes, in the order they are looked up:",
    ...candidates.map((candidate, i) => `  ${mark(candidate, i === applies)}  ${scopeOf(candidate)}`),
    "requirements, all of which must be met:",
    ...requirements.map((requirement, i) => `  ${i + 1}. ${requirement}`),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function hasBoth(reference: Explanation["reference"]): boolean {
  return reference?.tag !== undefined && reference.digest !== undefined;
}

function mark({ present }: Candidate, applies: boolean): string {
  if (applies) return "applies";
  return present ? "present" : "absent ";
}

function scopeOf({ transport, scope, extension }: Candidate): string {
  if (transport === "") return "default";
  return `${transport} ${JSON.stringify(scope)}${extension ? " (extension, unknown to podman)" : ""}`;
}
