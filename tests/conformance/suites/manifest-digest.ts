import { digestOf } from "../../../host/oci/digest.js";
import { type Case, flag, MalformedCase, operation, text, unknownOperation } from "../corpus.js";
import { descriptor, mediaTypeOf } from "../image.js";
import { judge, simpleSigning } from "../judge.js";
import { signImage, THROW_AWAY_POLICY } from "../signer.js";
import type { Subject } from "../subject.js";
import type { Observation, Suite } from "../suite.js";

const REPOSITORY = "example.com/app";

/**
 * The digest of a manifest: the one under which the core accepts the bytes, once a signature says so too.
 * Only SHA-256 is looked at; the core has no other.
 */
export const manifestDigest: Suite = {
  name: "manifest-digest",
  observe(test, subject) {
    switch (operation(test)) {
      case "digest":
        return digest(test, subject);
      case "matchesDigest": {
        const { ok, code, reason } = judgeWithDigest(
          readManifest(test, subject),
          text(test, "digest"),
          subject,
        );
        return { upstream: { matches: test["expected"] === true }, ours: { matches: ok }, code, reason };
      }
      default:
        throw unknownOperation(test);
    }
  },
};

/** Accepted under upstream's digest and no other; where upstream has none, not even under that of the bytes. */
function digest(test: Case, subject: Subject): Observation {
  const bytes = readManifest(test, subject);
  if (!flag(test, "ok")) {
    const { ok, code, reason } = judgeWithDigest(bytes, digestOf(bytes), subject);
    return { upstream: { digest: null }, ours: { digest: ok ? digestOf(bytes) : null }, code, reason };
  }
  const expected = text(test, "sha256");
  const other = expected.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
  if (judgeWithDigest(bytes, other, subject).ok)
    return { upstream: { digest: expected }, ours: { digest: other } };
  const { ok, code, reason } = judgeWithDigest(bytes, expected, subject);
  return { upstream: { digest: expected }, ours: { digest: ok ? expected : null }, code, reason };
}

/** The judgement on bytes that come with the descriptor, and a valid signature, for `digest`. */
function judgeWithDigest(bytes: Uint8Array, digest: string, subject: Subject) {
  const image = {
    transport: "docker",
    name: `${REPOSITORY}:1`,
    mode: "user" as const,
    digest: "",
    descriptor: descriptor(mediaTypeOf(bytes), digest, bytes.length),
  };
  const evidence = [simpleSigning(signImage(REPOSITORY, digest))];
  return judge(subject.core(THROW_AWAY_POLICY), image, evidence, { manifest: bytes });
}

/** The bytes a case is about: `file`, or `content` as text. */
export function readManifest(test: Case, subject: Subject): Buffer {
  if (test["file"] === undefined) return Buffer.from(text(test, "content"), "utf8");
  const bytes = subject.file(text(test, "file"));
  if (bytes === null) throw new MalformedCase(`there is no file ${text(test, "file")}`);
  return bytes;
}
