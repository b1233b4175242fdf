// Findings on signedIdentity: which signatures can never have it.

import { Bytes } from "../bytes/bytes";
import { writeEscaped } from "../bytes/escape";
import { Writer } from "../bytes/writer";
import { parseNormalized, Reference } from "../image/reference";
import { Findings, Severity } from "./finding";
import {
  IDENTITY_NEVER_MATCHES,
  IDENTITY_NOT_CANONICAL,
  IDENTITY_WITHOUT_COSIGN,
  NOT_PORTABLE,
  REMAP_NEVER_APPLIES,
} from "./finding-ids";
import { IdentityType, Requirement, RequirementKind, RequirementList, SignedIdentity } from "./types";

const SLASH: u8 = 0x2f;
const COLON: u8 = 0x3a;
const DOT: u8 = 0x2e;
const STAR: u8 = 0x2a;
const TOLD_BYTES: i32 = 120;

export function identityFindings(out: Findings, list: RequirementList, index: i32): void {
  const requirement = list.requirements[index];
  if (requirement.kind != RequirementKind.SigstoreSigned) return;
  const finding = new IdentityFinding(out, list, index, requirement);
  const identity = requirement.identity();
  if (isOfFiles(list.transport) && isAboutTheImage(identity.type)) {
    finding.add(
      Severity.Error,
      IDENTITY_NEVER_MATCHES,
      Bytes.of("no image of this transport has a name: this identity never fits, and every image is denied"),
      Bytes.of("write exactRepository with the repository it was signed in"),
    );
    return;
  }
  switch (identity.type) {
    case IdentityType.MatchDigest:
      finding.add(
        Severity.Note,
        NOT_PORTABLE,
        Bytes.of(
          "matchDigest is an extension of Countersign: podman, skopeo and CRI-O do not load this policy",
        ),
        Bytes.of("write matchRepository where they have to load it"),
      );
      return;
    case IdentityType.ExactReference:
    case IdentityType.ExactRepository:
      canonical(finding, identity);
      break;
    case IdentityType.RemapIdentity:
      remap(finding, list, identity);
      break;
  }
  if (asksForTag(identity.type) && out.hasRoom(Severity.Warning)) {
    finding.add(
      Severity.Warning,
      IDENTITY_WITHOUT_COSIGN,
      Bytes.of(
        requirement.writtenIdentity === null
          ? "without a signedIdentity a signature has to name a tag, and cosign's name none: they are all refused"
          : "this identity asks for a tag, and cosign's signatures name none: they are all refused",
      ),
      Bytes.of(
        'for cosign write "signedIdentity": {"type": "matchRepository"}; skopeo, podman and sign-image name the tag',
      ),
    );
  }
}

/** Where the findings on one identity go. */
class IdentityFinding {
  constructor(
    private readonly out: Findings,
    private readonly list: RequirementList,
    private readonly index: i32,
    private readonly requirement: Requirement,
  ) {}

  add(severity: Severity, id: string, message: Bytes, advice: Bytes): void {
    const written = this.requirement.writtenIdentity;
    const path = this.list.path(this.index);
    if (written !== null) path.text(".signedIdentity");
    const offset = written !== null ? written.offset : this.requirement.offset;
    this.out.add(severity, id, offset, path.done(), message, advice);
  }
}

/** The name in the policy is read differently than it looks, or part of it is ignored. */
function canonical(finding: IdentityFinding, identity: SignedIdentity): void {
  const reference = identity.reference!;
  const isRepository = identity.type == IdentityType.ExactRepository;
  const read = isRepository ? reference.name : reference.toBytes();
  if (read.equals(identity.text)) return;
  const message = new Writer().text("is read as ");
  writeEscaped(message, read, TOLD_BYTES);
  const advice = new Writer().text("write ");
  writeEscaped(advice, read, TOLD_BYTES).text(", if that is what is meant");
  finding.add(Severity.Warning, IDENTITY_NOT_CANONICAL, message.done(), advice.done());
}

function remap(finding: IdentityFinding, list: RequirementList, identity: SignedIdentity): void {
  if (!isWholeHost(identity.prefix) || !mayMeet(list, identity.prefix)) {
    finding.add(
      Severity.Warning,
      REMAP_NEVER_APPLIES,
      Bytes.of("no image under this scope has a name that begins with this prefix: nothing is remapped"),
      Bytes.of("write the prefix as image names begin: host, or host and path"),
    );
  } else if (!isWholeHost(identity.signedPrefix)) {
    finding.add(
      Severity.Error,
      IDENTITY_NEVER_MATCHES,
      Bytes.of("with this signedPrefix no name is in canonical form: every image that is remapped is denied"),
      Bytes.of("write the signedPrefix as names in signatures begin: host, or host and path"),
    );
  }
}

/** Whether a name can begin with this: whether its host is one in a name's canonical form. */
function isWholeHost(prefix: Bytes): bool {
  const slash = prefix.indexOf(SLASH);
  const host = slash < 0 ? prefix : prefix.slice(0, slash);
  if (host.is("index.docker.io")) return false;
  return host.indexOf(DOT) >= 0 || host.indexOf(COLON) >= 0 || host.is("localhost");
}

/** Whether an image under the list's scope may have a name that begins with `prefix`. */
function mayMeet(list: RequirementList, prefix: Bytes): bool {
  const scope = list.scope;
  // Wildcards and what is no repository are not compared.
  if (list.isDefault || !list.transport.is("docker") || scope.length == 0 || scope.indexOf(STAR) >= 0)
    return true;
  const name = nameOf(scope);
  return isBelow(name, prefix) || isBelow(prefix, name);
}

/** A scope without tag and digest. */
function nameOf(scope: Bytes): Bytes {
  if (scope.indexOf(SLASH) < 0) return scope;
  const reference: Reference | null = parseNormalized(scope);
  return reference !== null && !reference.isNameOnly() ? reference.name : scope;
}

/** Whether a name is `parent` or goes on after it with a slash. */
function isBelow(name: Bytes, parent: Bytes): bool {
  if (!name.startsWithBytes(parent)) return false;
  return name.length == parent.length || name.at(parent.length) == SLASH;
}

/** Transports whose images are files, without a docker-like name. */
function isOfFiles(transport: Bytes): bool {
  return (
    transport.is("dir") ||
    transport.is("oci") ||
    transport.is("oci-archive") ||
    transport.is("sif") ||
    transport.is("docker-archive") ||
    transport.is("tarball")
  );
}

/** Whether it compares with the image's own name. */
function isAboutTheImage(type: IdentityType): bool {
  return (
    type == IdentityType.MatchExact ||
    type == IdentityType.MatchRepoDigestOrExact ||
    type == IdentityType.MatchRepository ||
    type == IdentityType.RemapIdentity
  );
}

/** Whether a signature has to name a tag or digest. */
function asksForTag(type: IdentityType): bool {
  return (
    type == IdentityType.MatchExact ||
    type == IdentityType.MatchRepoDigestOrExact ||
    type == IdentityType.ExactReference ||
    type == IdentityType.RemapIdentity
  );
}
