// The image a judgement is about: its name read, its descriptor read, and the two in agreement.

import { Bytes } from "../bytes/bytes";
import { lowerCase } from "../bytes/lower-case";
import { Descriptor, parseDescriptor } from "../image/descriptor";
import { isDigest, isSha256Digest } from "../image/digest";
import { isManifestType } from "../image/manifest";
import { dockerName, ImageName, parseTransportName } from "../image/name";
import { parseNormalized, Reference } from "../image/reference";
import { NAME_BYTES } from "../limits";
import { Code } from "./code";
import { deny, Judgement } from "./judgement";
import { Reason } from "./reason";

/** Same order as `enum name-mode` in wit/verifier.wit. */
export enum NameMode {
  Containerd,
  User,
}

/** An image as the host presents it, unread. */
export class Image {
  constructor(
    readonly transport: Bytes,
    readonly name: Bytes,
    readonly mode: NameMode,
    readonly digest: Bytes,
    readonly descriptor: Bytes,
  ) {}
}

export class Subject {
  /** Why it is denied, if it is. */
  denial: Judgement | null = null;
  /** The reference as it was written, completed; null for transports without docker-like names. */
  written: Reference | null = null;
  /** Its name for the policy: of tag and digest, the digest. */
  name: ImageName = new ImageName(null, Bytes.NONE, []);
  /** Null while the name is not resolved. */
  descriptor: Descriptor | null = null;
  /** Its manifest or index, once it is there and is what the descriptor says. */
  manifest: Bytes | null = null;

  constructor(
    readonly transport: Bytes,
    /** The digest the host gave beside the name; empty if none. */
    readonly givenDigest: Bytes,
  ) {}

  deny(code: Code, reason: Reason): Subject {
    if (this.denial === null) this.denial = deny(code, reason.done());
    return this;
  }
}

/** Reads name and descriptor. */
export function readSubject(image: Image): Subject {
  const subject = readName(image);
  if (subject.denial === null) readImageDescriptor(subject, image);
  return subject;
}

/** What people most often have to change. */
function adviceOnName(name: Bytes): string {
  for (let at = name.indexOf(0x3a); at >= 0; at = name.indexOf(0x3a, at + 1))
    if (name.holds("://", at)) return "; write it without what ends in ://";
  return parseNormalized(lowerCase(name)) === null ? "" : "; repositories are lower-case";
}

/** Reads the name alone. */
export function readName(image: Image): Subject {
  const subject = new Subject(image.transport, image.digest);
  if (image.name.length > NAME_BYTES) {
    return subject.deny(Code.NameInvalid, new Reason().text("the name is longer than 1024 bytes"));
  }
  if (!image.transport.is("docker") && !image.transport.is("atomic")) {
    const name = parseTransportName(image.transport, image.name);
    if (name === null) {
      return subject.deny(
        Code.NameInvalid,
        new Reason().text("not a name of transport ").foreign(image.transport).text(": ").foreign(image.name),
      );
    }
    subject.name = name;
    subject.written = name.reference;
    return subject;
  }

  let reference = parseNormalized(image.name);
  if (reference === null || reference.domain.length == 0) {
    const reason = new Reason().text("not an image name: ").foreign(image.name);
    return subject.deny(Code.NameInvalid, reason.text(adviceOnName(image.name)));
  }
  if (image.mode == NameMode.Containerd) {
    if (!reference.toBytes().equals(image.name)) {
      return subject.deny(
        Code.NameNotCanonical,
        new Reason().text("the name is not in canonical form; write ").foreign(reference.toBytes()),
      );
    }
    if (reference.isNameOnly()) {
      return subject.deny(
        Code.NameWithoutTagOrDigest,
        new Reason().text("the name has neither a tag nor a digest: ").foreign(image.name),
      );
    }
  } else if (reference.isNameOnly()) reference = reference.withTag(Bytes.of("latest"));
  const digest = reference.digest;
  if (digest !== null && !isSha256Digest(digest)) {
    return subject.deny(Code.DigestUnsupported, new Reason().text("only sha256 digests are supported"));
  }
  subject.written = reference;
  // containerd pulls by the digest where there are both.
  subject.name = dockerName(digest !== null ? reference.withoutTag() : reference);
  return subject;
}

function readImageDescriptor(subject: Subject, image: Image): void {
  if (image.descriptor.length == 0) {
    if (image.mode == NameMode.Containerd) {
      subject.deny(Code.DescriptorInvalid, new Reason().text("the descriptor is missing"));
    }
    return;
  }
  const descriptor = parseDescriptor(image.descriptor);
  if (descriptor === null) {
    subject.deny(
      Code.DescriptorInvalid,
      new Reason().text("not an OCI descriptor with mediaType, digest and size, each once"),
    );
    return;
  }
  bindDescriptor(subject, descriptor);
}

/** Gives the subject its descriptor, which must fit the name. */
export function bindDescriptor(subject: Subject, descriptor: Descriptor): void {
  const given = subject.givenDigest;
  if (given.length > 0 && !given.equals(descriptor.digest)) {
    subject.deny(
      Code.DigestMismatch,
      new Reason().text("the digest given is not the descriptor's, ").foreign(descriptor.digest),
    );
    return;
  }
  const named = subject.name.digest();
  if (named !== null && !named.equals(descriptor.digest)) {
    subject.deny(
      Code.DigestMismatch,
      new Reason()
        .text("the name asks for another digest than the descriptor's, ")
        .foreign(descriptor.digest),
    );
    return;
  }
  if (!isSha256Digest(descriptor.digest)) {
    if (isDigest(descriptor.digest)) {
      subject.deny(Code.DigestUnsupported, new Reason().text("only sha256 digests are supported"));
    } else {
      subject.deny(Code.DescriptorInvalid, new Reason().text("not a digest: ").foreign(descriptor.digest));
    }
    return;
  }
  if (!isManifestType(descriptor.mediaType)) {
    subject.deny(
      Code.ManifestUnsupported,
      new Reason().text("not an image manifest or index: ").foreign(descriptor.mediaType),
    );
    return;
  }
  subject.descriptor = descriptor;
}
