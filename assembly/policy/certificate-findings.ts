// Findings on requirements that ask for a certificate.

import { Findings, Severity } from "./finding";
import { NOT_PORTABLE, TRUST_ROOT_SKIPPED } from "./finding-ids";
import { FulcioSubjectKind, Material, RequirementList } from "./types";

export function certificateFindings(out: Findings, list: RequirementList, index: i32): void {
  const fulcio = list.requirements[index].fulcio;
  if (fulcio !== null) {
    skipped(out, list, index, fulcio.ca);
    if (fulcio.subject.kind != FulcioSubjectKind.Email) {
      out.onRequirement(
        Severity.Note,
        NOT_PORTABLE,
        list,
        index,
        "subjectURI and subjectURIPattern are extensions of Countersign: podman, skopeo and CRI-O do not load such a policy",
        "use subjectEmail, or keys, where they have to judge alike",
      );
    }
  }
  const pki = list.requirements[index].pki;
  if (pki !== null) skipped(out, list, index, pki.caRoots);
}

/** Upstream silently skips anything that is not a certificate: half of a root is not a root. */
function skipped(out: Findings, list: RequirementList, index: i32, roots: Material): void {
  if (roots.skipped == 0 || roots.certificates.length == 0) return;
  out.onRequirement(
    Severity.Warning,
    TRUST_ROOT_SKIPPED,
    list,
    index,
    "some of what it trusts cannot be used and is skipped: not a certificate, malformed, or with an unsupported key",
    "leave it out, or put a whole certificate in its place",
  );
}
