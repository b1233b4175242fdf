// Findings on a list of requirements: what it accepts, and what in it has no effect.

import { Findings, Severity } from "./finding";
import {
  ACCEPTS_ANYTHING_BESIDE_OTHERS,
  REJECT_BESIDE_OTHERS,
  REQUIREMENT_UNSUPPORTED,
  SCOPE_ACCEPTS_ANYTHING,
} from "./finding-ids";
import { Hopeless, hopeless } from "./seal";
import { RequirementKind, RequirementList } from "./types";

export function listFindings(out: Findings, list: RequirementList): void {
  const acceptsAnything = list.acceptsAnything();
  if (!list.isDefault && acceptsAnything) {
    out.onList(
      // containerd asks only about registries.
      list.transport.is("docker") ? Severity.Warning : Severity.Note,
      SCOPE_ACCEPTS_ANYTHING,
      list,
      "every image under this scope is accepted, signed or not",
      "write sigstoreSigned, or reject",
    );
  }
  for (let i = 0; i < list.requirements.length; i++) {
    const kind = list.requirements[i].kind;
    if (kind == RequirementKind.InsecureAcceptAnything && !acceptsAnything) {
      out.onRequirement(
        Severity.Note,
        ACCEPTS_ANYTHING_BESIDE_OTHERS,
        list,
        i,
        "no effect: all requirements of a list have to be met, and this one always is",
        "leave it out; a list has no alternatives",
      );
    } else if (kind == RequirementKind.Reject && list.requirements.length > 1) {
      out.onRequirement(
        Severity.Error,
        REJECT_BESIDE_OTHERS,
        list,
        i,
        "every image is rejected, whatever else the list requires: all requirements have to be met",
        "leave it out, or leave the others out",
      );
    } else if (hopeless(list.requirements[i]) == Hopeless.Unsupported) {
      out.onRequirement(
        Severity.Error,
        REQUIREMENT_UNSUPPORTED,
        list,
        i,
        "this type of requirement is not supported: it denies every image",
        "write sigstoreSigned with keyPath or keyData",
      );
    }
  }
}
