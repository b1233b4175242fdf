import { flag, object, text } from "../corpus.js";
import { readImageDirectory } from "../image.js";
import { judgeStored } from "../judge.js";
import type { Suite } from "../suite.js";

/** A policy, a name and an image. */
export const policyEval: Suite = {
  name: "policy-eval",
  observe(test, subject) {
    const core = subject.core(object(test, "policy"));
    const name = { transport: text(test, "transport"), name: text(test, "imageReference") };
    const stored = readImageDirectory(text(test, "imageDir"), subject);
    const { ok, code, reason } = judgeStored(core, name, stored);
    return { upstream: { accept: flag(test, "accept") }, ours: { accept: ok }, code, reason };
  },
};
