// The sigstore bundle, version 0.3, as cosign 3 writes it (sigstore/protobuf-specs, protobuf JSON mapping): a DSSE
// envelope and what it can be verified with. Every name may be written in snake_case, no member may be unknown or
// stand twice, as protojson has it. What a key does not need (log entries, timestamps) is read over, not judged.

import { decodeProtoBase64 } from "../bytes/base64";
import { Bytes } from "../bytes/bytes";
import { Writer } from "../bytes/writer";
import { JsonReader } from "../json/reader";

/** What media types of bundles begin with; cosign accepts any layer whose type does. */
export const BUNDLE_PREFIX: string = "application/vnd.dev.sigstore.bundle";

const VERSION_0_3: string = "application/vnd.dev.sigstore.bundle.v0.3";

export enum Material {
  None,
  PublicKey,
  Certificate,
}

export class Bundle {
  material: Material = Material.None;
  /** Whether it holds a `messageSignature` in place of an envelope. */
  isMessageSignature: bool = false;
  payload: Bytes = new Bytes(0, 0);
  payloadType: Bytes = new Bytes(0, 0);
  /** The envelope's signature; there is exactly one. */
  signature: Bytes = new Bytes(0, 0);

  /** What is signed: DSSE's pre-authentication encoding (secure-systems-lab/dsse protocol.md). */
  signedBytes(): Bytes {
    return new Writer()
      .text("DSSEv1 ")
      .number(this.payloadType.length)
      .byte(0x20)
      .bytes(this.payloadType)
      .byte(0x20)
      .number(this.payload.length)
      .byte(0x20)
      .bytes(this.payload)
      .done();
  }
}

/** The bundle in `text`, or null if it is none, or none of version 0.3 with one signature. */
export function parseBundle(text: Bytes): Bundle | null {
  const reader = new JsonReader(text);
  const bundle = new Bundle();
  let hasVersion: bool = false;
  let contents = 0;
  reader.enterObject();
  while (reader.nextMember()) {
    const name = reader.memberName();
    if (isNamed(name, "mediaType", "media_type")) {
      once(reader, hasVersion);
      hasVersion = isVersion03(reader.string());
    } else if (isNamed(name, "verificationMaterial", "verification_material")) {
      readMaterial(reader, bundle);
    } else if (isNamed(name, "dsseEnvelope", "dsse_envelope")) {
      contents++;
      readEnvelope(reader, bundle);
    } else if (isNamed(name, "messageSignature", "message_signature")) {
      contents++;
      bundle.isMessageSignature = true;
      reader.skip();
    } else reader.failMember("unknown member");
  }
  if (!hasVersion || contents != 1 || bundle.material == Material.None)
    reader.fail("not a bundle of version 0.3", 0);
  return reader.done() ? bundle : null;
}

/** `…bundle.v0.3+json`, `…bundle.v0.3.1+json`, or the older `…bundle+json;version=0.3` */
function isVersion03(mediaType: Bytes): bool {
  if (mediaType.is("application/vnd.dev.sigstore.bundle+json;version=0.3")) return true;
  if (!mediaType.startsWith(VERSION_0_3)) return false;
  let i = VERSION_0_3.length;
  if (i < mediaType.length && mediaType.at(i) == 0x2e) {
    const start = ++i;
    while (i < mediaType.length && mediaType.at(i) >= 0x30 && mediaType.at(i) <= 0x39) i++;
    if (i == start) return false;
  }
  return mediaType.from(i).is("+json");
}

function readMaterial(reader: JsonReader, bundle: Bundle): void {
  if (bundle.material != Material.None) reader.failMember("the same member twice");
  reader.enterObject();
  while (reader.nextMember()) {
    const name = reader.memberName();
    if (isNamed(name, "publicKey", "public_key")) {
      setMaterial(reader, bundle, Material.PublicKey);
      readHint(reader);
    } else if (name.is("certificate") || isNamed(name, "x509CertificateChain", "x509_certificate_chain")) {
      setMaterial(reader, bundle, Material.Certificate);
      reader.skip();
    } else if (
      isNamed(name, "tlogEntries", "tlog_entries") ||
      isNamed(name, "timestampVerificationData", "timestamp_verification_data")
    ) {
      reader.skip();
    } else reader.failMember("unknown member");
  }
}

function setMaterial(reader: JsonReader, bundle: Bundle, material: Material): void {
  if (bundle.material != Material.None) reader.failMember("two kinds of verification material");
  bundle.material = material;
}

/** The key's hint, which nobody relies on: the keys are the policy's. */
function readHint(reader: JsonReader): void {
  reader.enterObject();
  while (reader.nextMember()) {
    if (reader.memberName().is("hint")) reader.string();
    else reader.failMember("unknown member");
  }
}

function readEnvelope(reader: JsonReader, bundle: Bundle): void {
  let hasPayload: bool = false;
  let hasType: bool = false;
  let signatures = 0;
  reader.enterObject();
  while (reader.nextMember()) {
    const name = reader.memberName();
    if (name.is("payload")) {
      hasPayload = true;
      bundle.payload = readData(reader);
    } else if (isNamed(name, "payloadType", "payload_type")) {
      once(reader, hasType);
      hasType = true;
      bundle.payloadType = reader.string();
    } else if (name.is("signatures")) {
      reader.enterArray();
      while (reader.nextItem()) {
        signatures++;
        readSignature(reader, bundle);
      }
    } else reader.failMember("unknown member");
  }
  if (!hasPayload || !hasType || signatures != 1)
    reader.fail("expected a payload, its type and one signature");
}

function readSignature(reader: JsonReader, bundle: Bundle): void {
  reader.enterObject();
  while (reader.nextMember()) {
    const name = reader.memberName();
    if (name.is("sig")) bundle.signature = readData(reader);
    // cosign compares it with the key's own, which is empty for keys in files.
    else if (name.is("keyid")) {
      if (reader.string().length > 0) reader.fail("a key identifier");
    } else reader.failMember("unknown member");
  }
}

function readData(reader: JsonReader): Bytes {
  const start = reader.position();
  const data = decodeProtoBase64(reader.string());
  if (data !== null) return data;
  reader.fail("expected base64", start);
  return new Bytes(0, 0);
}

function isNamed(name: Bytes, camelCase: string, snakeCase: string): bool {
  return name.is(camelCase) || name.is(snakeCase);
}

/** Fails where a member stands in both spellings. */
function once(reader: JsonReader, seen: bool): void {
  if (seen) reader.failMember("the same member twice");
}
