// Which list of requirements applies to an image: the first scope that is present, alone (containers-policy.json(5),
// "scope"; upstream: requirementsForImageRef), with our two extensions for docker: `P/*` and `*`.

import { Bytes } from "../bytes/bytes";
import { Writer } from "../bytes/writer";
import { ImageName } from "../image/name";
import { Policy, RequirementList } from "./types";

const STAR: u8 = 0x2a;
const SLASH: u8 = 0x2f;

/** A scope that is looked up. */
export class Candidate {
  constructor(
    /** Empty for the policy's `default`. */
    readonly transport: Bytes,
    readonly scope: Bytes,
    /** Whether it is ours alone. */
    readonly extension: bool,
    /** The list under it, or null. */
    readonly list: RequirementList | null,
  ) {}
}

/** Every scope that is looked up, in order, the policy's `default` last. */
export function candidates(policy: Policy, transport: Bytes, name: ImageName): Array<Candidate> {
  const out: Array<Candidate> = [];
  const isDocker = transport.is("docker");
  add(out, policy, transport, name.identity, false);
  for (let i = 0; i < name.namespaces.length; i++) {
    const namespace = name.namespaces[i];
    // Everything strictly below a parent of the repository, not the repository itself (the first namespace).
    if (isDocker && i > 0 && !isWildcardHost(namespace)) {
      add(out, policy, transport, new Writer().bytes(namespace).text("/*").done(), true);
    }
    add(out, policy, transport, namespace, false);
  }
  if (isDocker) add(out, policy, transport, Bytes.of("*"), true);
  if (name.identity.length > 0) add(out, policy, transport, Bytes.NONE, false);
  out.push(new Candidate(Bytes.NONE, Bytes.NONE, false, policy.default));
  return out;
}

function add(out: Array<Candidate>, policy: Policy, transport: Bytes, scope: Bytes, extension: bool): void {
  out.push(new Candidate(transport, scope, extension, policy.list(transport, scope)));
}

/** Index of the first candidate that is present. */
export function applying(candidates: Array<Candidate>): i32 {
  for (let i = 0; i < candidates.length; i++) if (candidates[i].list !== null) return i;
  return unreachable();
}

/** Whether a docker scope is `*`, or `P/*` with a P that a name can have. */
export function isExtensionScope(scope: Bytes): bool {
  if (scope.is("*")) return true;
  const stem = scope.length - 2;
  return (
    stem > 0 &&
    scope.at(stem) == SLASH &&
    scope.at(stem + 1) == STAR &&
    scope.slice(0, stem).indexOf(STAR) < 0
  );
}

function isWildcardHost(scope: Bytes): bool {
  return scope.at(0) == STAR;
}
