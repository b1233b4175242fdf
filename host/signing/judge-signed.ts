import type { Evidence, Image, Request } from "#component/types";
import { type CoreJudgement, PolicyCore } from "../core/core.js";
import type { Descriptor } from "../oci/descriptor.js";
import type { AuditSink } from "../service/audit.js";
import type { PolicyState } from "../service/policy-file.js";
import type { Verdict } from "../service/verdict.js";
import { Verifier } from "../service/verifier.js";
import type { Source } from "../sources/source.js";
import { concurrently } from "./copy/concurrently.js";
import { type Identity, pulledName } from "./identity.js";
import type { SignatureFormat } from "./sign-manifests.js";

/** What somebody who pulls the image would be told. */
export interface SignedVerdict {
  /** Whose policy judged: ours, about one format alone, or the one the caller gave. */
  readonly by: SignatureFormat | "policy";
  readonly subject: Descriptor;
  readonly verdict: Verdict;
}

export interface JudgeOptions {
  /** By the public key, see `keyPolicy`. */
  readonly core: PolicyCore;
  readonly formats: ReadonlySet<SignatureFormat>;
  /** The user's own, which judges by all there is; null: there is none. */
  readonly policy: LoadedPolicy | null;
  readonly identity: Identity;
  readonly signal: AbortSignal;
}

export type LoadedPolicy = Extract<PolicyState, { kind: "loaded" }>;

/** Time for a verdict: nobody else waits for it. */
const DEADLINE_MS = 120_000;
const AT_ONCE = 4;

/**
 * The policy that accepts nothing but a signature by that key (a PEM file) that names the image's repository and, if
 * the image has a tag, another that names it with the tag.
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

/** Judges the signed image as everybody else will, each format by itself: one must not hide the other's fault. */
export async function judgeSigned(
  subjects: readonly Descriptor[],
  from: Source,
  { core, formats, policy, identity, signal }: JudgeOptions,
): Promise<SignedVerdict[]> {
  const all = remembering(from);
  const own: PolicyState = { kind: "loaded", core, path: "", loadedAt: new Date() };
  const judges = [...formats].map((by): Judge => ({ by, state: own, source: only(by, all) }));
  if (policy !== null) judges.push({ by: "policy", state: policy, source: all });
  const verdicts = await concurrently(subjects, AT_ONCE, signal, (subject) =>
    Promise.all(
      judges.map(async ({ by, state, source }) => {
        const verifier = new Verifier({ policy: () => state, source, audit: NO_AUDIT });
        const verdict = await verifier.verify(imageOf(subject, identity), {
          deadlineMs: DEADLINE_MS,
          signal,
        });
        return { by, subject, verdict };
      }),
    ),
  );
  return verdicts.flat();
}

/** Why a policy denies the image whatever signatures it has; null if it does not. */
export function deniesAnyway(
  { core }: LoadedPolicy,
  subject: Descriptor,
  identity: Identity,
): CoreJudgement | null {
  const outcome = core.plan(imageOf(subject, identity));
  return outcome.tag === "decided" && !outcome.val.ok ? outcome.val : null;
}

interface Judge {
  readonly by: SignedVerdict["by"];
  readonly state: PolicyState;
  readonly source: Source;
}

/** Whoever signs reads the verdict; it is not about an image that anybody is about to run. */
const NO_AUDIT: AuditSink = { write: () => {} };

function imageOf({ mediaType, digest, size }: Descriptor, identity: Identity): Image {
  const descriptor = Buffer.from(JSON.stringify({ mediaType, digest, size }));
  return { transport: "docker", name: pulledName(identity, digest), mode: "user", digest, descriptor };
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
