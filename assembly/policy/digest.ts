// The policy digest: one number for what a policy means, keys included, however it is written.
//
//   SHA-256("countersign-policy/1\n" ‖ JCS(P))
//
// where P is the policy without members that are null, and with every member that names keys or certificates replaced
// by what they are: `{"spki":…}`, `{"certificate":…}`, `{"bytes":…}` or `{"unreadable":true}`. Nothing else is
// normalised. JCS is RFC 8785; P holds strings, lists and objects only.

import { Bytes } from "../bytes/bytes";
import { encodeHex } from "../bytes/hex";
import { compareUtf16 } from "../bytes/utf8";
import { Writer } from "../bytes/writer";
import { Sha256, sha256 } from "../hash/sha256";
import { writeString } from "../json/canonical";
import { mark, release } from "../runtime/arena";
import { certificatesIn } from "../x509/certificates";
import {
  Fulcio,
  IdentityType,
  Material,
  Pki,
  Policy,
  Requirement,
  RequirementKind,
  RequirementList,
  SignedIdentity,
} from "./types";

/** The canonical form is hashed in pieces of about so many bytes: that of a large policy is larger than its text. */
const PIECE_BYTES: i32 = 1 << 15;

/** `sha256:` and 64 digits. Needs the content of every file and the keys `seal` made of them. */
export function policyDigest(policy: Policy): Bytes {
  const digest = Bytes.of("sha256:0000000000000000000000000000000000000000000000000000000000000000");
  // None of it is of use afterwards.
  const workspace = mark();
  const hash = new Sha256();
  hash.reset();
  const out = new Writer().text("countersign-policy/1\n");
  writePolicy(out, hash, policy);
  digest.from(7).copyFrom(encodeHex(hash.update(out.done()).digest()));
  release(workspace);
  return digest;
}

function writePolicy(out: Writer, hash: Sha256, policy: Policy): void {
  out.text('{"default":');
  writeList(out, policy.default);
  if (policy.hasTransports) {
    out.text(',"transports":{');
    writeTransports(out, hash, policy);
    out.byte(0x7d);
  }
  out.byte(0x7d);
}

function writeTransports(out: Writer, hash: Sha256, policy: Policy): void {
  const transports = policy.transports.slice(0);
  transports.sort(compareUtf16);
  const lists = policy.lists.slice(0);
  lists.sort(compareLists);
  let next = 0;
  for (let i = 0; i < transports.length; i++) {
    if (i > 0) out.byte(0x2c);
    writeString(out, transports[i]);
    out.text(":{");
    for (let first = true; next < lists.length && lists[next].transport.equals(transports[i]); next++) {
      if (!first) out.byte(0x2c);
      first = false;
      writeString(out, lists[next].scope);
      out.byte(0x3a);
      writeList(out, lists[next]);
      if (out.length < PIECE_BYTES) continue;
      hash.update(out.done());
      out.clear();
    }
    out.byte(0x7d);
  }
}

function compareLists(a: RequirementList, b: RequirementList): i32 {
  // The scopes of one transport share its name.
  const order = a.transport === b.transport ? 0 : compareUtf16(a.transport, b.transport);
  return order != 0 ? order : compareUtf16(a.scope, b.scope);
}

function writeList(out: Writer, list: RequirementList): void {
  out.byte(0x5b);
  for (let i = 0; i < list.requirements.length; i++) {
    if (i > 0) out.byte(0x2c);
    writeRequirement(out, list.requirements[i]);
  }
  out.byte(0x5d);
}

/** Members stand in the order RFC 8785 sorts them. */
function writeRequirement(out: Writer, requirement: Requirement): void {
  switch (requirement.kind) {
    case RequirementKind.InsecureAcceptAnything:
      out.text('{"type":"insecureAcceptAnything"}');
      return;
    case RequirementKind.Reject:
      out.text('{"type":"reject"}');
      return;
    case RequirementKind.SignedBy:
      out.text('{"keyType":');
      writeString(out, requirement.keyType);
      out.text(',"keyrings":');
      writeMaterials(out, requirement.keys);
      writeIdentity(out, ',"signedIdentity":', requirement.writtenIdentity);
      out.text(',"type":"signedBy"}');
      return;
    case RequirementKind.SignedBaseLayer:
      writeIdentity(out, '{"baseLayerIdentity":', requirement.writtenIdentity);
      out.text(',"type":"signedBaseLayer"}');
      return;
    case RequirementKind.SigstoreSigned:
      writeSigstoreSigned(out, requirement);
      return;
  }
}

function writeSigstoreSigned(out: Writer, requirement: Requirement): void {
  out.byte(0x7b);
  const fulcio = requirement.fulcio;
  const pki = requirement.pki;
  if (fulcio !== null) writeFulcio(out, fulcio);
  else if (pki !== null) writePki(out, pki);
  else {
    out.text('"keys":');
    writeMaterials(out, requirement.keys);
  }
  if (requirement.rekorKeys.length > 0) {
    out.text(',"rekorKeys":');
    writeMaterials(out, requirement.rekorKeys);
  }
  writeIdentity(out, ',"signedIdentity":', requirement.writtenIdentity);
  out.text(',"type":"sigstoreSigned"}');
}

function writeFulcio(out: Writer, fulcio: Fulcio): void {
  out.text('"fulcio":{"ca":');
  writeCertificates(out, fulcio.ca);
  out.text(',"oidcIssuer":');
  writeString(out, fulcio.oidcIssuer);
  out.text(',"').text(fulcio.subject.member()).text('":');
  writeString(out, fulcio.subject.text);
  out.byte(0x7d);
}

function writePki(out: Writer, pki: Pki): void {
  out.text('"pki":{');
  const intermediates = pki.caIntermediates;
  if (intermediates !== null) {
    out.text('"caIntermediates":');
    writeCertificates(out, intermediates);
    out.byte(0x2c);
  }
  out.text('"caRoots":');
  writeCertificates(out, pki.caRoots);
  const email = pki.subjectEmail;
  if (email !== null) {
    out.text(',"subjectEmail":');
    writeString(out, email);
  }
  const hostname = pki.subjectHostname;
  if (hostname !== null) {
    out.text(',"subjectHostname":');
    writeString(out, hostname);
  }
  out.byte(0x7d);
}

function writeIdentity(out: Writer, before: string, identity: SignedIdentity | null): void {
  if (identity === null) return;
  out.text(before).byte(0x7b);
  switch (identity.type) {
    case IdentityType.MatchExact:
      out.text('"type":"matchExact"');
      break;
    case IdentityType.MatchRepoDigestOrExact:
      out.text('"type":"matchRepoDigestOrExact"');
      break;
    case IdentityType.MatchRepository:
      out.text('"type":"matchRepository"');
      break;
    case IdentityType.MatchDigest:
      out.text('"type":"matchDigest"');
      break;
    case IdentityType.ExactReference:
      out.text('"dockerReference":');
      writeString(out, identity.text);
      out.text(',"type":"exactReference"');
      break;
    case IdentityType.ExactRepository:
      out.text('"dockerRepository":');
      writeString(out, identity.text);
      out.text(',"type":"exactRepository"');
      break;
    case IdentityType.RemapIdentity:
      out.text('"prefix":');
      writeString(out, identity.prefix);
      out.text(',"signedPrefix":');
      writeString(out, identity.signedPrefix);
      out.text(',"type":"remapIdentity"');
      break;
  }
  out.byte(0x7d);
}

function writeMaterials(out: Writer, materials: StaticArray<Material>): void {
  out.byte(0x5b);
  for (let i = 0; i < materials.length; i++) {
    if (i > 0) out.byte(0x2c);
    writeKey(out, materials[i]);
  }
  out.byte(0x5d);
}

function writeKey(out: Writer, material: Material): void {
  const key = material.publicKey();
  if (key !== null) {
    out.text('{"spki":"').bytes(key.fingerprint()).text('"}');
    return;
  }
  writeBytes(out, material.content());
}

function writeCertificates(out: Writer, material: Material): void {
  out.byte(0x5b);
  const content = material.content();
  const certificates: Array<Bytes> = content === null ? [] : certificatesIn(content);
  for (let i = 0; i < certificates.length; i++) {
    if (i > 0) out.byte(0x2c);
    writeHash(out, "certificate", certificates[i]);
  }
  if (certificates.length == 0) writeBytes(out, content);
  out.byte(0x5d);
}

function writeBytes(out: Writer, content: Bytes | null): void {
  if (content === null) out.text('{"unreadable":true}');
  else writeHash(out, "bytes", content);
}

function writeHash(out: Writer, name: string, bytes: Bytes): void {
  out
    .text('{"')
    .text(name)
    .text('":"')
    .bytes(encodeHex(sha256(bytes)))
    .text('"}');
}
