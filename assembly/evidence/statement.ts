// The in-toto statement that cosign 3 signs for an image (in-toto/attestation spec v1; cosign's sign predicate). Read
// only out of an envelope whose signature was verified.

import { Bytes } from "../bytes/bytes";
import { decodeHex } from "../bytes/hex";
import { JsonReader } from "../json/reader";
import { enterProtoList, ProtoMessage, readProtoBytes, readProtoText, readStruct } from "./proto-json";

export const STATEMENT_TYPE: string = "application/vnd.in-toto+json";

/** The predicate that makes a statement a signature of an image; any other is an attestation. */
const SIGN_PREDICATE: string = "https://sigstore.dev/cosign/sign/v1";

/** More subjects than this are refused (sigstore-go's limit). */
const MOST_SUBJECTS: i32 = 1024;

export class Subject {
  /** Null where it has none. */
  name: Bytes | null = null;
  /** `digest.sha256`; empty where it has none. */
  sha256: Bytes = Bytes.NONE;
}

export class Statement {
  readonly subjects: Array<Subject> = [];
  /** Whether it is a signature, and not an attestation about the image. */
  isSignature: bool = false;
}

/** The statement in `text`, or null if it is none. */
export function parseStatement(text: Bytes): Statement | null {
  const reader = JsonReader.ofUnicode(text);
  const statement = new Statement();
  let hasType: bool = false;
  const message = new ProtoMessage(reader);
  while (message.next()) {
    if (message.has("_type", "type")) {
      const type = readProtoText(reader);
      hasType = type.is("https://in-toto.io/Statement/v1") || type.is("https://in-toto.io/Statement/v0.1");
    } else if (message.has("predicateType", "predicate_type"))
      statement.isSignature = readProtoText(reader).is(SIGN_PREDICATE);
    else if (message.has("subject")) {
      if (enterProtoList(reader)) while (reader.nextItem()) readSubject(reader, statement);
    } else if (message.has("predicate")) readStruct(reader);
    else message.refuse();
  }
  if (!hasType) reader.fail("not a statement of in-toto", 0);
  return reader.done() ? statement : null;
}

/** A resource descriptor (in-toto/attestation spec/v1/resource_descriptor.md). */
function readSubject(reader: JsonReader, statement: Statement): void {
  if (statement.subjects.length == MOST_SUBJECTS) {
    reader.fail("too many subjects");
    return;
  }
  const subject = new Subject();
  statement.subjects.push(subject);
  const message = new ProtoMessage(reader);
  while (message.next()) {
    if (message.has("name")) {
      const text = readProtoText(reader);
      if (text.length > 0) subject.name = text;
    } else if (message.has("digest")) readDigests(reader, subject);
    else if (message.has("annotations")) readStruct(reader);
    else if (message.has("content")) readProtoBytes(reader);
    else if (
      message.has("uri") ||
      message.has("mediaType", "media_type") ||
      message.has("downloadLocation", "download_location")
    )
      readProtoText(reader);
    else message.refuse();
  }
}

/** By algorithm. */
function readDigests(reader: JsonReader, subject: Subject): void {
  if (reader.takeNull()) return;
  reader.enterObject();
  while (reader.nextMember()) {
    const isSha256 = reader.memberName().is("sha256");
    const digest = reader.string();
    // Whatever the algorithm, cosign decodes it.
    if (decodeHex(digest) === null) reader.fail("expected a digest in hexadecimal");
    if (isSha256) subject.sha256 = digest;
  }
}
