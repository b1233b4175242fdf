// The policy file (containers-policy.json(5)): lists of requirements under transports and scopes.

import { Bytes } from "../bytes/bytes";
import { JsonKind, JsonReader } from "../json/reader";
import { POLICY_BYTES, POLICY_SCOPES } from "../limits";
import { readRequirement } from "./read-requirement";
import { scopeProblem } from "./scope-syntax";
import { isExtensionScope } from "./scopes";
import { Policy, Requirement, RequirementKind, RequirementList } from "./types";

/** Reads a policy. Whether it is one, and if not why, is `reader.failed()` afterwards. */
export function readPolicy(reader: JsonReader): Policy {
  const policy = new Policy(reader.text);
  if (reader.text.length > POLICY_BYTES) {
    reader.fail("the policy is longer than 32 MiB", 0);
    return policy;
  }
  let hasDefault = false;
  // What people and editors put before it: comments, byte order marks; or it is YAML.
  if (reader.kind() == JsonKind.None && reader.position() < reader.text.length)
    reader.fail("expected a JSON object, with no comment or byte order mark before it");
  if (reader.enterObject()) {
    while (reader.nextMember()) {
      const name = reader.memberName();
      if (name.is("default")) {
        hasDefault = true;
        policy.default = readList(reader, policy, Bytes.NONE, Bytes.NONE, true);
      } else if (name.is("transports")) {
        policy.hasTransports = true;
        readTransports(reader, policy);
      } else reader.failMember("unknown member; a policy has default and transports");
    }
  }
  if (!hasDefault) reader.fail("default is missing", 0);
  reader.done();
  return policy;
}

function readTransports(reader: JsonReader, policy: Policy): void {
  reader.enterObject();
  while (reader.nextMember()) {
    const transport = reader.memberName();
    policy.transports.push(transport);
    reader.enterObject();
    while (reader.nextMember()) readScope(reader, policy, transport);
  }
}

function readScope(reader: JsonReader, policy: Policy, transport: Bytes): void {
  const scope = reader.memberName();
  const problem = scopeProblem(transport, scope);
  if (problem.length > 0) {
    reader.failMember(problem);
    return;
  }
  if (policy.lists.length == POLICY_SCOPES) {
    reader.fail("more than 200000 scopes");
    return;
  }
  const list = readList(reader, policy, transport, scope, false);
  if (reader.failed()) return;

  // In a policy for podman such a scope is inert, so it must be impossible that it opens a node.
  if (
    transport.is("docker") &&
    isExtensionScope(scope) &&
    !list.has(RequirementKind.Reject) &&
    !list.has(RequirementKind.SigstoreSigned)
  ) {
    reader.fail("a list under a wildcard scope must contain reject or sigstoreSigned", list.offset);
    return;
  }
  policy.addList(list);
}

/** Those of the list that is being read: one array for all lists, as there are so many. */
const requirements: Array<Requirement> = [];

function readList(
  reader: JsonReader,
  policy: Policy,
  transport: Bytes,
  scope: Bytes,
  isDefault: bool,
): RequirementList {
  const list = new RequirementList(transport, scope, reader.position(), isDefault);
  if (reader.enterArray()) {
    requirements.length = 0;
    while (reader.nextItem()) requirements.push(readRequirement(reader, policy));
    if (requirements.length == 0) reader.fail("expected a list with at least one requirement", list.offset);
    list.requirements = StaticArray.fromArray(requirements);
  }
  return list;
}
