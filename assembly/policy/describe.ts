// A requirement in one line, for people.

import { Bytes } from "../bytes/bytes";
import { writeEscaped } from "../bytes/escape";
import { Writer } from "../bytes/writer";
import { Fulcio, IdentityType, Material, Pki, Requirement, RequirementKind, SignedIdentity } from "./types";

export function describeRequirement(requirement: Requirement): Bytes {
  const out = new Writer();
  switch (requirement.kind) {
    case RequirementKind.InsecureAcceptAnything:
      return out.text("insecureAcceptAnything").done();
    case RequirementKind.Reject:
      return out.text("reject").done();
    case RequirementKind.SignedBaseLayer:
      return out.text("signedBaseLayer (not supported)").done();
    case RequirementKind.SignedBy:
      return out.text("signedBy ").bytes(requirement.keyType).text(" (not supported)").done();
  }
  out.text("sigstoreSigned ");
  const fulcio = requirement.fulcio;
  const pki = requirement.pki;
  if (fulcio !== null) describeFulcio(out, fulcio);
  else if (pki !== null) describePki(out, pki);
  else describeKeys(out, requirement.keys);
  if (requirement.rekorKeys.length > 0) out.text(", logged in rekor");
  describeIdentity(out, requirement.identity());
  return out.done();
}

function describeFulcio(out: Writer, fulcio: Fulcio): void {
  quoted(out.text("by "), fulcio.subject.text);
  quoted(out.text(" according to "), fulcio.oidcIssuer);
  describeCertificates(out.text(", certified by fulcio"), fulcio.ca);
}

function describePki(out: Writer, pki: Pki): void {
  out.text("by ");
  const email = pki.subjectEmail;
  const hostname = pki.subjectHostname;
  if (email !== null) quoted(out, email);
  if (email !== null && hostname !== null) out.text(" and ");
  if (hostname !== null) quoted(out, hostname);
  describeCertificates(out.text(", certified by a pki"), pki.caRoots);
}

function describeCertificates(out: Writer, ca: Material): void {
  if (ca.certificates.length == 0) out.text(" (unusable)");
  const file = ca.file;
  if (file !== null) quoted(out.text(" of "), file.path);
}

function describeKeys(out: Writer, keys: StaticArray<Material>): void {
  out.text(keys.length == 1 ? "by key " : "by one of the keys ");
  for (let i = 0; i < keys.length; i++) {
    if (i > 0) out.text(", ");
    const key = keys[i].publicKey();
    if (key !== null) out.text("sha256:").bytes(key.fingerprint());
    else out.text("(unusable)");
    const file = keys[i].file;
    if (file !== null) quoted(out.text(" of "), file.path);
  }
}

function describeIdentity(out: Writer, identity: SignedIdentity): void {
  out.text(", identity ");
  switch (identity.type) {
    case IdentityType.MatchExact:
      out.text("matchExact");
      return;
    case IdentityType.MatchRepoDigestOrExact:
      out.text("matchRepoDigestOrExact");
      return;
    case IdentityType.MatchRepository:
      out.text("matchRepository");
      return;
    case IdentityType.MatchDigest:
      out.text("matchDigest");
      return;
    case IdentityType.ExactReference:
      quoted(out.text("exactReference "), identity.text);
      return;
    case IdentityType.ExactRepository:
      quoted(out.text("exactRepository "), identity.text);
      return;
    case IdentityType.RemapIdentity:
      quoted(quoted(out.text("remapIdentity "), identity.prefix).text(" to "), identity.signedPrefix);
  }
}

/** Text of the policy, which need not be fit for a terminal. */
function quoted(out: Writer, text: Bytes): Writer {
  return writeEscaped(out, text, text.length);
}
