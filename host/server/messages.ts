import type { Explanation } from "#component/types";
import type { AuditRecord } from "../service/audit.js";
import type { PolicySource } from "../service/policy-in-force.js";
import type { Verdict } from "../service/verifier.js";
import type {
  ExplainResponse,
  GetPolicyResponse,
  PastJudgement,
  VerifyImageRequest,
  VerifyImageResponse,
} from "./generated/countersign/v1/verifier.js";

/** The answer to a request: its verdict, and the echo that binds the two. */
export function verdictMessage(request: VerifyImageRequest, verdict: Verdict): VerifyImageResponse {
  const { ok, code, reason, name, digest, transport, scope, requirement, items, policyDigest } = verdict;
  const signer = verdict.signer ?? "";
  return {
    ...echo(request),
    ok,
    code,
    reason,
    judgement: { name, digest, transport, scope, requirement, signer, items, policyDigest },
  };
}

/** The answer when there is no verdict. */
export function faultMessage(request: VerifyImageRequest): VerifyImageResponse {
  return {
    ...echo(request),
    ok: false,
    code: "core-fault",
    reason: "the daemon failed: see its log",
    judgement: undefined,
  };
}

function echo({ name, digest, nonce }: VerifyImageRequest) {
  return { name, digest, nonce };
}

export function explanationMessage(explanation: Explanation): ExplainResponse {
  const { candidates, applies, requirements, reference } = explanation;
  const canonical = reference?.canonical ?? "";
  return { ok: true, code: "", reason: "", canonical, candidates, applies, requirements };
}

export function explanationRefused(code: string, reason: string): ExplainResponse {
  return { ok: false, code, reason, canonical: "", candidates: [], applies: 0, requirements: [] };
}

export function pastJudgement({ time, name, digest, ok, code, reason }: AuditRecord): PastJudgement {
  return { time, name, digest, ok, code, reason };
}

export function policyMessage(policy: PolicySource, coreDigest: string): GetPolicyResponse {
  const { state, failure } = policy;
  if (state.kind === "none") return policyMissing(state.code, state.reason, coreDigest);
  if (state.kind === "invalid") {
    return { ...policyMissing(state.code, state.reason, coreDigest), path: state.path };
  }
  const { digest, keys, findings } = state.core.summary;
  return {
    loaded: true,
    code: "",
    reason: "",
    policyDigest: digest,
    coreDigest,
    path: state.path,
    loadedAt: state.loadedAt.toISOString(),
    keys: keys.map((key) => ({ ...key, fingerprint: key.fingerprint ?? "" })),
    findings,
    reloadFailure: failure?.reason ?? "",
    reloadFailedAt: failure?.at.toISOString() ?? "",
  };
}

export function policyMissing(code: string, reason: string, coreDigest: string): GetPolicyResponse {
  return {
    loaded: false,
    code,
    reason,
    policyDigest: "",
    coreDigest,
    path: "",
    loadedAt: "",
    keys: [],
    findings: [],
    reloadFailure: "",
    reloadFailedAt: "",
  };
}
