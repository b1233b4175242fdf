// Rekor's statement that it has logged a signature, as cosign attaches it (annotation `dev.sigstore.cosign/bundle`;
// upstream: internal/rekor_set.go): `{"SignedEntryTimestamp":…,"Payload":…}`. The signature is over the payload in the
// form of RFC 8785, and only that form is read further.

import { decodeBase64 } from "../bytes/base64";
import { Bytes } from "../bytes/bytes";
import { Writer } from "../bytes/writer";
import { writeString } from "../json/canonical";
import { JsonReader } from "../json/reader";
import { WholeNumber, wholeNumber } from "../json/whole-number";

export class LogEntry {
  /** Empty for null. */
  signedEntryTimestamp: Bytes = Bytes.NONE;
  /** Any JSON value, as written. */
  payload: Bytes = Bytes.NONE;
}

/** The entry in `text`, or null if it is none. */
export function parseLogEntry(text: Bytes): LogEntry | null {
  const reader = new JsonReader(text);
  const entry = new LogEntry();
  let members = 0;
  reader.enterObject();
  while (reader.nextMember()) {
    members++;
    if (reader.memberName().is("SignedEntryTimestamp")) {
      if (!reader.takeNull()) entry.signedEntryTimestamp = readBase64(reader);
    } else if (reader.memberName().is("Payload")) {
      const start = reader.position();
      reader.skip();
      if (!reader.failed()) entry.payload = text.slice(start, reader.end());
    } else reader.failMember("unknown member");
  }
  if (members != 2) reader.fail("expected SignedEntryTimestamp and Payload");
  return reader.done() ? entry : null;
}

export class LogPayload {
  constructor(
    /** What the log has signed. */
    readonly canonical: Bytes,
    /** The logged record, unread. */
    readonly body: Bytes,
    /** When it was logged, in Unix seconds. */
    readonly integratedTime: i64,
  ) {}
}

/**
 * The payload in `text`, or null if it is not one. Other JSON has a canonical form, too, but could not be an entry,
 * signed or not. As in Go, null is a zero.
 */
export function parseLogPayload(text: Bytes): LogPayload | null {
  const reader = new JsonReader(text);
  let body: Bytes | null = null;
  let integratedTime: WholeNumber | null = null;
  let logIndex: WholeNumber | null = null;
  let logId: Bytes | null = null;
  let members = 0;
  reader.enterObject();
  while (reader.nextMember()) {
    members++;
    const name = reader.memberName();
    if (name.is("body")) body = readText(reader);
    else if (name.is("integratedTime")) integratedTime = readNumber(reader);
    else if (name.is("logIndex")) logIndex = readNumber(reader);
    else if (name.is("logID")) logId = readText(reader);
    else reader.failMember("unknown member");
  }
  if (members != 4) reader.fail("expected body, integratedTime, logIndex and logID");
  if (!reader.done()) return null;

  const record = body === null ? Bytes.NONE : decodeBase64(body);
  if (record === null) return null;
  const out = new Writer();
  writeText(out.text('{"body":'), body);
  writeNumber(out.text(',"integratedTime":'), integratedTime);
  writeText(out.text(',"logID":'), logId);
  writeNumber(out.text(',"logIndex":'), logIndex);
  const canonical = out.text("}").done();
  return new LogPayload(canonical, record, integratedTime === null ? 0 : integratedTime.value);
}

function readBase64(reader: JsonReader): Bytes {
  const data = decodeBase64(reader.string());
  if (data !== null) return data;
  reader.fail("expected base64");
  return Bytes.NONE;
}

function readText(reader: JsonReader): Bytes | null {
  return reader.takeNull() ? null : reader.string();
}

function readNumber(reader: JsonReader): WholeNumber | null {
  if (reader.takeNull()) return null;
  const text = reader.number();
  if (reader.failed()) return null;
  const number = wholeNumber(text);
  if (number === null) reader.fail("expected a whole number");
  return number;
}

function writeText(out: Writer, text: Bytes | null): void {
  if (text === null) out.text("null");
  else writeString(out, text);
}

function writeNumber(out: Writer, number: WholeNumber | null): void {
  if (number === null) out.text("null");
  else out.number(number.value);
}
