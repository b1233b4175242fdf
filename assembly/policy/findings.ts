// What a careful operator would want to know about a policy that loads.

import { Bytes } from "../bytes/bytes";
import { isExtensionScope } from "./scopes";
import { Hopeless, hopeless, KeyState } from "./seal";
import { Policy, RequirementKind, RequirementList } from "./types";

/** Same order as `enum severity` in wit/verifier.wit. */
export enum Severity {
  Error,
  Warning,
  Note,
}

/** More findings than this help nobody. */
const MOST_FINDINGS: i32 = 1000;

export class Finding {
  constructor(
    readonly severity: Severity,
    /** Kind of finding, kebab-case. */
    readonly id: string,
    /** Where in the policy's text. */
    readonly offset: i32,
    readonly path: Bytes,
    readonly message: string,
    readonly advice: string,
  ) {}
}

/** In the order of the text. */
export function findingsOf(policy: Policy, keys: Array<KeyState>): Array<Finding> {
  const out: Array<Finding> = [];
  if (policy.default.acceptsAnything()) {
    add(
      out,
      Severity.Warning,
      "default-accepts-anything",
      policy.default,
      -1,
      "every image that no scope covers is accepted, signed or not",
      'write "default": [{"type": "reject"}] and a scope for each place images come from',
    );
  }
  for (let i = 0; i < keys.length; i++) addKey(out, keys[i]);
  addList(out, policy.default);
  for (let i = 0; i < policy.lists.length; i++) addList(out, policy.lists[i]);
  out.sort((a, b) => a.offset - b.offset);
  return out;
}

function addKey(out: Array<Finding>, state: KeyState): void {
  if (state.problem.length == 0 || out.length == MOST_FINDINGS) return;
  out.push(
    new Finding(
      Severity.Warning,
      state.unreadable ? "key-unreadable" : "key-unsupported",
      state.material.offset,
      state.path,
      state.problem,
      "until this is mended, its requirement denies every image",
    ),
  );
}

function addList(out: Array<Finding>, list: RequirementList): void {
  if (!list.isDefault && list.acceptsAnything()) {
    add(
      out,
      Severity.Note,
      "scope-accepts-anything",
      list,
      -1,
      "every image under this scope is accepted, signed or not",
      "",
    );
  }
  if (list.transport.is("docker") && isExtensionScope(list.scope)) {
    add(
      out,
      Severity.Note,
      "not-portable",
      list,
      -1,
      "an extension of Countersign: podman, skopeo and CRI-O load this scope and never apply it",
      "",
    );
  }
  for (let i = 0; i < list.requirements.length; i++) {
    if (hopeless(list.requirements[i]) != Hopeless.Unsupported) continue;
    add(
      out,
      Severity.Warning,
      "requirement-unsupported",
      list,
      i,
      list.requirements[i].kind == RequirementKind.SigstoreSigned
        ? "fulcio and pki are not supported yet: this denies every image"
        : "this type of requirement is not supported: it denies every image",
      "",
    );
  }
}

function add(
  out: Array<Finding>,
  severity: Severity,
  id: string,
  list: RequirementList,
  requirement: i32,
  message: string,
  advice: string,
): void {
  if (out.length == MOST_FINDINGS) return;
  const offset = requirement < 0 ? list.offset : list.requirements[requirement].offset;
  out.push(new Finding(severity, id, offset, list.path(requirement).done(), message, advice));
}
