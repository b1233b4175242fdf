/**
 * What `import … from "countersign"` gives programs that judge by themselves: the core with a policy in it. They fetch
 * what the core asks for, and pass it on; wit/verifier.wit says what it all means.
 */

export type {
  Absent,
  Candidate,
  Code,
  Evidence,
  Explanation,
  Finding,
  Image,
  Item,
  ItemKind,
  ItemOutcome,
  Judgement,
  KeySummary,
  NameMode,
  PolicySummary,
  Reference,
  Request,
  RequestKind,
  Severity,
  Unavailable,
} from "#component/types";
export {
  type AcceptingCode,
  ArgumentRefused,
  CoreFault,
  type CoreJudgement,
  type CoreOutcome,
  coreDigest,
  type DenyingCode,
  NameRefused,
  PolicyCore,
  PolicyError,
  type ReadFile,
} from "./core.js";
