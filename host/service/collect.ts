import type { Evidence, Request } from "#component/types";
import { isFaithful } from "../core/arguments.js";
import type { EvidencePlace } from "../sources/source.js";
import type { Deadline } from "./deadline.js";

/** What the evidence of one judgement may still cost. */
export interface EvidenceBudget {
  /** Bytes left; `collectEvidence` takes from it. */
  bytes: number;
  /** Requests under way at once. */
  readonly parallel: number;
}

/**
 * Asks for everything in `requests`, in order, as many at once as the budget bears at their worst. Each gets an answer:
 * what came too late, too large or unreadable is `unavailable`, so that the core can say so and the rest still counts.
 */
export async function collectEvidence(
  source: EvidencePlace,
  requests: readonly Request[],
  budget: EvidenceBudget,
  deadline: Deadline,
): Promise<Evidence[]> {
  const evidence: Evidence[] = [];
  let rest = requests;
  while (rest.length > 0) {
    const batch = affordable(rest, budget);
    rest = rest.slice(batch.length);
    const answers = (await Promise.all(batch.map((request) => ask(source, request, deadline)))).flat();
    budget.bytes -= answers.reduce((total, answer) => total + sizeOf(answer), 0);
    evidence.push(...answers);
  }
  return evidence;
}

/** The first requests that fit into the budget together; the very first is cut to it where it does not fit alone. */
function affordable(requests: readonly Request[], budget: EvidenceBudget): Request[] {
  const batch: Request[] = [];
  let left = budget.bytes;
  for (const request of requests.slice(0, budget.parallel)) {
    const fits = request.maxBytes <= left;
    if (!fits && batch.length > 0) break;
    const maxBytes = fits ? request.maxBytes : left;
    batch.push({ ...request, maxBytes });
    left -= maxBytes;
  }
  return batch;
}

async function ask(
  source: EvidencePlace,
  request: Request,
  deadline: Deadline,
): Promise<readonly Evidence[]> {
  if (request.maxBytes <= 0) return [unavailable(request, "evidence-too-large", "no room for more evidence")];
  const late = [unavailable(request, "registry-timeout", "no answer in time")];
  if (deadline.isReached) return late;
  const answer = source.fetch(request, deadline.signal).then(
    (evidence) => admissible(request, evidence),
    (error) => {
      // A source rejects only for bugs in this program, unless it was cut off.
      if (deadline.isReached) return late;
      throw error;
    },
  );
  return Promise.race([answer, deadline.reached.then(() => late)]);
}

/** The answer, unless it cannot be passed to the core unchanged or exceeds its bound. */
function admissible(request: Request, evidence: readonly Evidence[]): readonly Evidence[] {
  if (!evidence.every(isFaithful))
    return [unavailable(request, "registry-protocol", "not well-formed unicode")];
  if (evidence.reduce((total, answer) => total + sizeOf(answer), 0) > request.maxBytes) {
    return [unavailable(request, "evidence-too-large", `more than ${request.maxBytes} bytes`)];
  }
  return evidence;
}

function sizeOf(evidence: Evidence): number {
  return evidence.tag === "item" ? evidence.val.bytes.length : 0;
}

function unavailable(
  { kind, reference }: Request,
  code: "registry-timeout" | "registry-protocol" | "evidence-too-large",
  detail: string,
): Evidence {
  return { tag: "unavailable", val: { kind, reference, code, detail } };
}
