import { flag, object, text } from "../corpus.js";
import { storedImage } from "../image.js";
import { judgeStored } from "../judge.js";
import type { Suite } from "../suite.js";

/** One sigstoreSigned requirement and one image. */
export const sigstoreSigned: Suite = {
  name: "sigstore-signed",
  observe(test, subject) {
    const core = subject.core({ default: [object(test, "requirement")] });
    const stored = storedImage(test, subject);
    const { ok, code, reason } = judgeStored(core, { name: text(test, "imageReference") }, stored);
    return { upstream: { accept: flag(test, "accept") }, ours: { accept: ok }, code, reason };
  },
};
