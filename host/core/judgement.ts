import type { Code, Judgement, Outcome, OutcomeWanted } from "#component/types";
import { CoreFault } from "./errors.js";

declare const decidedByCore: unique symbol;

/** A judgement that came out of the component. Its type can be had from `fromCore` alone, which only `PolicyCore` calls. */
export type CoreJudgement = Judgement & { readonly [decidedByCore]: true };

/** An `Outcome` whose judgement came out of the component. */
export type CoreOutcome = { readonly tag: "decided"; readonly val: CoreJudgement } | OutcomeWanted;

/** The codes of a judgement that allows an image. */
export type AcceptingCode = "accepted" | "accepted-anything";
/** The codes of a judgement that denies one. */
export type DenyingCode = Exclude<Code, AcceptingCode>;

const ACCEPTING: ReadonlySet<Code> = new Set<AcceptingCode>(["accepted", "accepted-anything"]);

/** Marks an outcome as the core's own. One that contradicts itself is a fault, not a verdict. */
export function fromCore(outcome: Outcome): CoreOutcome {
  if (outcome.tag === "decided" && outcome.val.ok !== ACCEPTING.has(outcome.val.code)) {
    throw new CoreFault(`the core's judgement contradicts its code ${outcome.val.code}`);
  }
  return outcome as CoreOutcome;
}
