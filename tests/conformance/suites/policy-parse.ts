import { PolicyError } from "../../../host/core/core.js";
import { flag, text } from "../corpus.js";
import type { Suite } from "../suite.js";

/** The exact text of a policy file: does it load? */
export const policyParse: Suite = {
  name: "policy-parse",
  observe(test, subject) {
    const loaded = subject.load(text(test, "policy"));
    const upstream = { valid: flag(test, "valid") };
    if (!(loaded instanceof PolicyError)) return { upstream, ours: { valid: true } };
    const { line, column, path, message } = loaded;
    return { upstream, ours: { valid: false }, reason: `${line}:${column} ${path}: ${message}` };
  },
};
