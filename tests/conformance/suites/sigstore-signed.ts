import { type Case, flag, object, text } from "../corpus.js";
import { readImageDirectory, readSignature, type StoredImage } from "../image.js";
import { judgeStored } from "../judge.js";
import type { Subject } from "../subject.js";
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

function storedImage(test: Case, subject: Subject): StoredImage {
  const stored =
    test["imageDir"] === undefined
      ? { manifest: Buffer.from(text(test, "manifest"), "base64"), signatures: [] }
      : readImageDirectory(text(test, "imageDir"), subject);
  return test["signature"] === undefined
    ? stored
    : { ...stored, signatures: [readSignature(test["signature"])] };
}
