import { digestOf } from "../../../host/oci/digest.js";
import { OCI_MANIFEST } from "../../../host/oci/media-types.js";
import { flag, isObject, MalformedCase, text } from "../corpus.js";
import { descriptor } from "../image.js";
import { judge, simpleSigning } from "../judge.js";
import { signPayload, THROW_AWAY_POLICY } from "../signer.js";
import type { Subject } from "../subject.js";
import type { Suite } from "../suite.js";

const MANIFEST = Buffer.from(`{"schemaVersion":2,"mediaType":"${OCI_MANIFEST}","config":{},"layers":[]}`);

/**
 * The signed payload. The probe says what is in it; the component, given the payload with a valid signature, has to
 * agree on whether it parses.
 */
export const payloadParse: Suite = {
  name: "payload-parse",
  observe(test, subject) {
    const payload = text(test, "payload");
    const { code, reason } = judgeSigned(Buffer.from(payload, "utf8"), subject);
    const parsed = subject.probe.parsePayload(payload);
    return {
      upstream: flag(test, "valid") ? { parses: true, ...expected(test["expected"]) } : { parses: false },
      ours: { parses: code !== "payload-malformed", ...parsed },
      code,
      reason,
    };
  },
};

function judgeSigned(payload: Buffer, subject: Subject) {
  const image = {
    transport: "docker",
    name: "example.com/app:1",
    mode: "user" as const,
    digest: "",
    descriptor: descriptor(OCI_MANIFEST, digestOf(MANIFEST), MANIFEST.length),
  };
  const evidence = [simpleSigning(signPayload(payload))];
  return judge(subject.core(THROW_AWAY_POLICY), image, evidence, { manifest: MANIFEST });
}

function expected(value: unknown): Record<string, unknown> {
  if (!isObject(value)) throw new MalformedCase('"expected" is not an object');
  const { digest, reference, creator = null, timestamp = null } = value;
  return { digest, reference, creator, timestamp };
}
