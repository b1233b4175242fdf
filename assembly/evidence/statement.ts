// The in-toto statement that cosign 3 signs for an image (in-toto/attestation spec v1; cosign's sign predicate). Read
// only out of an envelope whose signature was verified.

import { Bytes } from "../bytes/bytes";
import { JsonReader } from "../json/reader";

export const STATEMENT_TYPE: string = "application/vnd.in-toto+json";

/** The predicate that makes a statement a signature of an image; any other is an attestation. */
const SIGN_PREDICATE: string = "https://sigstore.dev/cosign/sign/v1";

/** More subjects than this are refused (sigstore-go's limit). */
const MOST_SUBJECTS: i32 = 1024;

export class Subject {
  /** Null where it has none. */
  name: Bytes | null = null;
  /** `digest.sha256`; empty where it has none. */
  sha256: Bytes = new Bytes(0, 0);
}

export class Statement {
  readonly subjects: Array<Subject> = [];
  /** Whether it is a signature, and not an attestation about the image. */
  isSignature: bool = false;
}

/** The statement in `text`, or null if it is none. */
export function parseStatement(text: Bytes): Statement | null {
  const reader = new JsonReader(text);
  const statement = new Statement();
  let hasType: bool = false;
  let hasPredicateType: bool = false;
  reader.enterObject();
  while (reader.nextMember()) {
    const name = reader.memberName();
    if (name.is("_type")) {
      const type = reader.string();
      hasType = type.is("https://in-toto.io/Statement/v1") || type.is("https://in-toto.io/Statement/v0.1");
    } else if (name.is("predicateType")) {
      hasPredicateType = true;
      statement.isSignature = reader.string().is(SIGN_PREDICATE);
    } else if (name.is("subject")) {
      reader.enterArray();
      while (reader.nextItem()) readSubject(reader, statement);
    } else if (name.is("predicate")) reader.skip();
    else reader.failMember("unknown member");
  }
  if (!hasType || !hasPredicateType) reader.fail("expected _type and predicateType", 0);
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
  reader.enterObject();
  while (reader.nextMember()) {
    const name = reader.memberName();
    if (name.is("name")) {
      const text = reader.string();
      if (text.length > 0) subject.name = text;
    } else if (name.is("digest")) {
      reader.enterObject();
      while (reader.nextMember()) {
        if (reader.memberName().is("sha256")) subject.sha256 = reader.string();
        else reader.string();
      }
    } else if (
      name.is("annotations") ||
      name.is("uri") ||
      name.is("mediaType") ||
      name.is("downloadLocation") ||
      name.is("content")
    ) {
      reader.skip();
    } else reader.failMember("unknown member");
  }
}
