// Findings on matchDigest: a bundle that names no image counts wherever its key does. So if a key is used under two
// scopes, what was signed for one may be passed off as an image of the other.

import { Bytes } from "../bytes/bytes";
import { BytesMap } from "../bytes/bytes-map";
import { writeEscaped } from "../bytes/escape";
import { Writer } from "../bytes/writer";
import { Findings, Severity } from "./finding";
import { MATCH_DIGEST_SHARED_KEY } from "./finding-ids";
import { IdentityType, Policy, Requirement, RequirementList } from "./types";

const TOLD_BYTES: i32 = 120;

/** The lists a key stands in: two are enough to know. */
class Places {
  second: RequirementList | null = null;

  constructor(readonly first: RequirementList) {}

  /** One that is not this. */
  other(list: RequirementList): RequirementList | null {
    return this.first === list ? this.second : this.first;
  }
}

export function sharedKeyFindings(out: Findings, policy: Policy): void {
  if (!hasMatchDigest(policy)) return;
  const places = new BytesMap<Places>();
  note(places, policy.default);
  for (let i = 0; i < policy.lists.length; i++) note(places, policy.lists[i]);
  tell(out, places, policy.default);
  for (let i = 0; i < policy.lists.length; i++) tell(out, places, policy.lists[i]);
}

function hasMatchDigest(policy: Policy): bool {
  if (asksForDigest(policy.default)) return true;
  for (let i = 0; i < policy.lists.length; i++) if (asksForDigest(policy.lists[i])) return true;
  return false;
}

function asksForDigest(list: RequirementList): bool {
  for (let i = 0; i < list.requirements.length; i++) {
    const written = list.requirements[i].writtenIdentity;
    if (written !== null && written.type == IdentityType.MatchDigest) return true;
  }
  return false;
}

/** Remembers where the keys of a list stand. */
function note(places: BytesMap<Places>, list: RequirementList): void {
  for (let i = 0; i < list.requirements.length; i++) {
    const keys = list.requirements[i].keys;
    for (let k = 0; k < keys.length; k++) {
      const key = keys[k].publicKey();
      if (key === null) continue;
      const known = places.get(key.spki);
      if (known === null) places.add(key.spki, new Places(list));
      else if (known.first !== list && known.second === null) known.second = list;
    }
  }
}

/** One finding for each requirement, whatever number of its keys it is about. */
function tell(out: Findings, places: BytesMap<Places>, list: RequirementList): void {
  for (let i = 0; i < list.requirements.length; i++) {
    const requirement = list.requirements[i];
    const written = requirement.writtenIdentity;
    if (written === null || written.type != IdentityType.MatchDigest) continue;
    const other = otherPlace(places, list, requirement);
    if (other === null) continue;
    const message = new Writer().text("its key is also used under ");
    writeEscaped(message, other.path().done(), TOLD_BYTES);
    message.text(": a bundle for an image there that names no image is accepted here, too");
    out.add(
      Severity.Warning,
      MATCH_DIGEST_SHARED_KEY,
      written.offset,
      list.path(i).text(".signedIdentity").done(),
      message.done(),
      Bytes.of("use a key for this scope alone, or sign with sign-image and write matchRepository"),
    );
  }
}

function otherPlace(
  places: BytesMap<Places>,
  list: RequirementList,
  requirement: Requirement,
): RequirementList | null {
  for (let k = 0; k < requirement.keys.length; k++) {
    const key = requirement.keys[k].publicKey();
    if (key === null) continue;
    const known = places.get(key.spki);
    if (known === null) continue;
    const other = known.other(list);
    if (other !== null) return other;
  }
  return null;
}
