import type {
  Evidence,
  Image,
  Judgement,
  Outcome,
  OutcomeDecided,
  PolicySummary,
  Request,
} from "#component/types";
import type { CoreOutcome } from "../../../host/core/core.js";
import type { LoadedCore, PolicyState } from "../../../host/service/policy-file.js";

export const DIGEST = `sha256:${"a".repeat(64)}`;
export const POLICY_DIGEST = `sha256:${"b".repeat(64)}`;

/** An image as containerd names it. */
export function imageNamed(name = "ghcr.io/automata/app:1"): Image {
  return {
    transport: "docker",
    name,
    mode: "containerd",
    digest: DIGEST,
    descriptor: Buffer.from(JSON.stringify({ mediaType: "text/plain", digest: DIGEST, size: 1 })),
  };
}

export function request(kind: Request["kind"], reference: string, registry = "ghcr.io"): Request {
  return { kind, registry, repository: "automata/app", reference, mediaTypes: [], maxBytes: 4096 };
}

export function wanted(...requests: Request[]): Outcome {
  return { tag: "wanted", val: requests };
}

export function decided(judgement: Partial<Judgement> = {}): OutcomeDecided {
  return {
    tag: "decided",
    val: {
      ok: true,
      code: "accepted",
      reason: "signed by the key of the policy",
      name: "ghcr.io/automata/app:1",
      digest: DIGEST,
      transport: "docker",
      scope: "ghcr.io/automata",
      requirement: 0,
      signer: "c".repeat(64),
      items: [],
      policyDigest: POLICY_DIGEST,
      ...judgement,
    },
  };
}

interface Answers {
  plan?: (image: Image) => Outcome;
  judge?: (image: Image, evidence: Evidence[], now: bigint) => Outcome;
  summary?: Partial<PolicySummary>;
}

/** A core that answers as it is told; by itself it wants a manifest and a cosign tag, and then accepts. */
export function coreDouble({ plan, judge, summary }: Answers = {}): LoadedCore {
  const both = wanted(request("manifest", DIGEST), request("cosign-tag", "sha256-a.sig"));
  return {
    summary: { digest: POLICY_DIGEST, keys: [], findings: [], ...summary },
    plan: (image) => (plan?.(image) ?? both) as CoreOutcome,
    judge: (image, evidence, now) => (judge?.(image, evidence, now) ?? decided()) as CoreOutcome,
    idle: () => false,
    explain: () => ({ candidates: [], applies: 0, requirements: [] }),
  };
}

export function loaded(core: LoadedCore = coreDouble()): PolicyState {
  return { kind: "loaded", core, path: "/etc/countersign/policy.json", loadedAt: new Date(0) };
}
