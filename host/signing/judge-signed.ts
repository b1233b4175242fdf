import type { Evidence, Request } from "#component/types";
import { PolicyCore } from "../core/core.js";
import type { Descriptor } from "../oci/descriptor.js";
import type { PolicyState } from "../service/policy-file.js";
import type { Verdict } from "../service/verdict.js";
import { Verifier } from "../service/verifier.js";
import type { Source } from "../sources/source.js";
import type { SignatureFormat } from "./sign-manifests.js";

/** What somebody who pulls the image would be told. */
export interface SignedVerdict {
  /** Whose policy judged: ours, about one format alone, or the one the caller gave. */
  readonly by: SignatureFormat | "policy";
  readonly subject: Descriptor;
  readonly verdict: Verdict;
}

export interface JudgeOptions {
  /** From where the signed image is fetched back. */
  readonly source: Source;
  /** By the public key, see `keyPolicy`. */
  readonly core: PolicyCore;
  readonly formats: ReadonlySet<SignatureFormat>;
  /** Judges too, by all there is. */
  readonly policy: PolicyState | null;
  /** The image's name, with the tag it is to have, if any. */
  readonly name: string;
}

/** Time for all verdicts on one image. */
const DEADLINE_MS = 120_000;

/**
 * The policy by which nothing counts but a signature of that key (a PEM file) that names the image's repository and,
 * if it has a tag, one that names it with the tag.
 */
export function keyPolicy(publicKeyFile: Uint8Array, hasTag: boolean): PolicyCore {
  const keyData = Buffer.from(publicKeyFile).toString("base64");
  const identities = hasTag ? ["matchRepository", "matchExact"] : ["matchRepository"];
  const requirements = identities.map((type) => ({
    type: "sigstoreSigned",
    keyData,
    signedIdentity: { type },
  }));
  return PolicyCore.load(Buffer.from(JSON.stringify({ default: requirements })), () => null);
}

/** Judges what has been signed as everybody else will, each format by itself: one must not hide the other's fault. */
export async function judgeSigned(
  subjects: readonly Descriptor[],
  { source, core, formats, policy, name }: JudgeOptions,
): Promise<SignedVerdict[]> {
  const remembered = remembering(source);
  const own: PolicyState = { kind: "loaded", core, path: "", loadedAt: new Date() };
  const judges = [...formats].map((by) => ({ by, state: own, source: only(by, remembered) }));
  const all =
    policy === null ? judges : [...judges, { by: "policy" as const, state: policy, source: remembered }];
  const verdicts: SignedVerdict[] = [];
  for (const subject of subjects) {
    for (const { by, state, source } of all) {
      const verifier = new Verifier({ policy: () => state, source, audit: { write: () => {} } });
      const { mediaType, digest, size } = subject;
      const descriptor = Buffer.from(JSON.stringify({ mediaType, digest, size }));
      const image = { transport: "docker", name, mode: "user", digest, descriptor } as const;
      verdicts.push({ by, subject, verdict: await verifier.verify(image, { deadlineMs: DEADLINE_MS }) });
    }
  }
  return verdicts;
}

/** A source that has signatures of one format alone. */
function only(format: SignatureFormat, source: Source): Source {
  const hidden: Request["kind"] = format === "legacy" ? "referrers" : "cosign-tag";
  return {
    fetch: async (request, signal) => {
      const { kind, reference } = request;
      return kind === hidden ? [{ tag: "absent", val: { kind, reference } }] : source.fetch(request, signal);
    },
    close: () => source.close(),
  };
}

/** A source that is asked for each thing once. */
function remembering(source: Source): Source {
  const answers = new Map<string, Promise<readonly Evidence[]>>();
  return {
    fetch: (request, signal) => {
      const key = JSON.stringify(request);
      const known = answers.get(key) ?? source.fetch(request, signal);
      answers.set(key, known);
      return known;
    },
    close: () => source.close(),
  };
}
