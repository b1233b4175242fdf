// The sigstore bundle, version 0.3, as cosign 3 writes it (sigstore/protobuf-specs, protobuf JSON mapping): a DSSE
// envelope and what it can be verified with.

import { Bytes } from "../bytes/bytes";
import { Writer } from "../bytes/writer";
import { Message } from "../hash/message";
import { JsonReader } from "../json/reader";
import { enterProtoList, ProtoMessage, readProtoBytes, readProtoText } from "./proto-json";
import { Material, readVerificationMaterial } from "./verification-material";

export { Material } from "./verification-material";

/** What media types of bundles begin with; cosign accepts any layer whose type does. */
export const BUNDLE_PREFIX: string = "application/vnd.dev.sigstore.bundle";

const VERSION_0_3: string = "application/vnd.dev.sigstore.bundle.v0.3";

export class Bundle {
  material: Material = Material.None;
  /** Whether it holds a `messageSignature` in place of an envelope. */
  isMessageSignature: bool = false;
  payload: Bytes = Bytes.NONE;
  payloadType: Bytes = Bytes.NONE;
  /** The envelope's signature; there is exactly one. */
  signature: Bytes = Bytes.NONE;

  /** What is signed: DSSE's pre-authentication encoding (secure-systems-lab/dsse protocol.md). */
  signedBytes(): Message {
    const encoded = new Writer()
      .text("DSSEv1 ")
      .number(this.payloadType.length)
      .byte(0x20)
      .bytes(this.payloadType)
      .byte(0x20)
      .number(this.payload.length)
      .byte(0x20)
      .bytes(this.payload)
      .done();
    return Message.holding(encoded);
  }
}

/** The bundle in `text`, or null unless it is one of version 0.3 with one signature. */
export function parseBundle(text: Bytes): Bundle | null {
  const reader = JsonReader.ofUnicode(text);
  const bundle = new Bundle();
  let hasVersion: bool = false;
  let contents = 0;
  const message = new ProtoMessage(reader);
  while (message.next()) {
    if (message.has("mediaType", "media_type")) hasVersion = isVersion03(readProtoText(reader));
    else if (message.has("verificationMaterial", "verification_material"))
      bundle.material = readVerificationMaterial(reader);
    else if (message.has("dsseEnvelope", "dsse_envelope")) {
      if (reader.takeNull()) continue;
      contents++;
      readEnvelope(reader, bundle);
    } else if (message.has("messageSignature", "message_signature")) {
      if (reader.takeNull()) continue;
      contents++;
      bundle.isMessageSignature = true;
      reader.skip();
    } else message.refuse();
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
    if (i == start || (mediaType.at(start) == 0x30 && i > start + 1)) return false;
  }
  return mediaType.from(i).is("+json");
}

/** The envelope has one set of names: those in its .proto file are the same as in JSON. */
function readEnvelope(reader: JsonReader, bundle: Bundle): void {
  let signatures = 0;
  const message = new ProtoMessage(reader);
  while (message.next()) {
    if (message.has("payload")) bundle.payload = readProtoBytes(reader);
    else if (message.has("payloadType")) bundle.payloadType = readProtoText(reader);
    else if (message.has("signatures")) {
      if (!enterProtoList(reader)) continue;
      while (reader.nextItem()) {
        signatures++;
        readSignature(reader, bundle);
      }
    } else message.refuse();
  }
  if (bundle.payload.length == 0 || bundle.payloadType.length == 0 || signatures != 1)
    reader.fail("expected a payload, its type and one signature");
}

function readSignature(reader: JsonReader, bundle: Bundle): void {
  const message = new ProtoMessage(reader);
  while (message.next()) {
    if (message.has("sig")) bundle.signature = readProtoBytes(reader);
    // cosign compares it with the key's own, which is empty for keys in files.
    else if (message.has("keyid")) {
      if (readProtoText(reader).length > 0) reader.fail("a key identifier");
    } else message.refuse();
  }
}
