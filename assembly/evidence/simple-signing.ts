// The payload of a cosign signature ("simple signing"; upstream: internal/sigstore_payload.go). It is read only after
// its signature was verified over exactly these bytes, and strictly: closed member lists, nothing twice.

import { Bytes } from "../bytes/bytes";
import { isDigest } from "../image/digest";
import { JsonKind, JsonReader } from "../json/reader";

export const SIMPLE_SIGNING: string = "application/vnd.dev.cosign.simplesigning.v1+json";

const TWO_TO_63: f64 = 2.0 * <f64>((<i64>1) << 62);

const PAYLOAD_TYPE: string = "cosign container image signature";

export class SimpleSigning {
  constructor(
    /** `docker-manifest-digest`, a valid digest of any algorithm. */
    readonly manifestDigest: Bytes,
    /** `docker-reference`, any text. */
    readonly dockerReference: Bytes,
    /** `optional.creator`; null if it is not there. */
    readonly creator: Bytes | null,
    readonly hasTimestamp: bool,
    /** `optional.timestamp`, Unix seconds. Nothing is decided by it. */
    readonly timestamp: i64,
  ) {}
}

/** The payload in `text`, or null if it is not one. */
export function parsePayload(text: Bytes): SimpleSigning | null {
  const reader = new JsonReader(text);
  const payload = new PayloadReader(reader);
  payload.read();
  if (!reader.done()) return null;
  return new SimpleSigning(
    payload.manifestDigest,
    payload.dockerReference,
    payload.creator,
    payload.hasTimestamp,
    payload.timestamp,
  );
}

class PayloadReader {
  manifestDigest: Bytes = Bytes.NONE;
  dockerReference: Bytes = Bytes.NONE;
  creator: Bytes | null = null;
  hasTimestamp: bool = false;
  timestamp: i64 = 0;

  constructor(private readonly reader: JsonReader) {}

  read(): void {
    const reader = this.reader;
    let members = 0;
    reader.enterObject();
    while (reader.nextMember()) {
      members++;
      if (reader.memberName().is("critical")) this.readCritical();
      else if (reader.memberName().is("optional")) this.readOptional();
      else reader.failMember("unknown member");
    }
    if (members != 2) reader.fail("expected critical and optional");
  }

  private readCritical(): void {
    const reader = this.reader;
    let members = 0;
    reader.enterObject();
    while (reader.nextMember()) {
      members++;
      const name = reader.memberName();
      if (name.is("type")) {
        if (!reader.string().is(PAYLOAD_TYPE)) reader.fail("another type of payload");
      } else if (name.is("image")) this.readImage();
      else if (name.is("identity")) this.readIdentity();
      else reader.failMember("unknown member");
    }
    if (members != 3) reader.fail("expected type, image and identity");
  }

  private readImage(): void {
    const reader = this.reader;
    reader.enterObject();
    while (reader.nextMember()) {
      if (reader.memberName().is("docker-manifest-digest")) this.manifestDigest = reader.string();
      else reader.failMember("unknown member");
    }
    if (!isDigest(this.manifestDigest)) reader.fail("expected a docker-manifest-digest");
  }

  private readIdentity(): void {
    const reader = this.reader;
    let members = 0;
    reader.enterObject();
    while (reader.nextMember()) {
      members++;
      if (!reader.memberName().is("docker-reference")) reader.failMember("unknown member");
      else if (!reader.takeNull()) this.dockerReference = reader.string();
    }
    if (members != 1) reader.fail("expected a docker-reference");
  }

  private readOptional(): void {
    const reader = this.reader;
    // cosign writes null where there are no annotations.
    if (reader.takeNull()) return;
    reader.enterObject();
    while (reader.nextMember()) {
      const name = reader.memberName();
      if (name.is("creator")) this.creator = reader.takeNull() ? Bytes.NONE : reader.string();
      else if (name.is("timestamp")) this.readTimestamp();
      else reader.skip();
    }
  }

  /** Upstream reads a float64 and accepts it if it is a whole number in the range of an int64. */
  private readTimestamp(): void {
    const reader = this.reader;
    this.hasTimestamp = true;
    if (reader.takeNull()) return;
    if (reader.kind() != JsonKind.Number) {
      reader.fail("expected a number");
      return;
    }
    const text = reader.number();
    const value = F64.parseFloat(String.UTF8.decodeUnsafe(text.start, text.length));
    if (!(value >= -TWO_TO_63 && value < TWO_TO_63) || Math.floor(value) != value) {
      reader.fail("expected a whole number");
      return;
    }
    this.timestamp = <i64>value;
  }
}
