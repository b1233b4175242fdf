// What a careful operator would want to know about a policy that loads.

import { mark, release } from "../runtime/arena";
import { certificateFindings } from "./certificate-findings";
import { Finding, Findings, Severity } from "./finding";
import { DEFAULT_ACCEPTS_ANYTHING } from "./finding-ids";
import { identityFindings } from "./identity-findings";
import { keyFindings } from "./key-findings";
import { listFindings } from "./list-findings";
import { scopeFindings } from "./scope-findings";
import { KeyState } from "./seal";
import { sharedKeyFindings } from "./shared-key-findings";
import { transportFindings } from "./transport-findings";
import { Policy, RequirementList } from "./types";

/** In the order of the text. */
export function findingsOf(policy: Policy, keys: Array<KeyState>): Array<Finding> {
  const out = new Findings();
  if (policy.default.acceptsAnything()) {
    out.onList(
      Severity.Warning,
      DEFAULT_ACCEPTS_ANYTHING,
      policy.default,
      "every image that no scope covers is accepted, signed or not",
      'write "default": [{"type": "reject"}] and a scope for each place images come from',
    );
  }
  keyFindings(out, keys);
  transportFindings(out, policy);
  sharedKeyFindings(out, policy);
  requirementFindings(out, policy.default);
  for (let i = 0; i < policy.lists.length; i++) {
    const workspace = mark();
    const before = out.size;
    scopeFindings(out, policy, policy.lists[i]);
    requirementFindings(out, policy.lists[i]);
    // In a large policy there is nothing to say of most lists.
    if (out.size == before) release(workspace);
  }
  return out.inOrder();
}

function requirementFindings(out: Findings, list: RequirementList): void {
  listFindings(out, list);
  for (let i = 0; i < list.requirements.length; i++) {
    identityFindings(out, list, i);
    certificateFindings(out, list, i);
  }
}
