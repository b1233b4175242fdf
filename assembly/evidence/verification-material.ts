// What a sigstore bundle can be verified with (sigstore/protobuf-specs, sigstore_bundle.proto, sigstore_rekor.proto). A key
// needs none of it but itself: log entries and timestamps are read for their form, as cosign does, and for nothing else.

import { JsonReader } from "../json/reader";
import { enterProtoList, ProtoMessage, readProtoBytes, readProtoNumber, readProtoText } from "./proto-json";

export enum Material {
  None,
  PublicKey,
  Certificate,
}

/** Reads over it; `None` where it holds neither a key nor a certificate. */
export function readVerificationMaterial(reader: JsonReader): Material {
  let material = Material.None;
  if (reader.takeNull()) return material;
  const message = new ProtoMessage(reader);
  while (message.next()) {
    if (message.has("publicKey", "public_key")) {
      if (reader.takeNull()) continue;
      material = only(reader, material, Material.PublicKey);
      readPublicKey(reader);
    } else if (message.has("certificate") || message.has("x509CertificateChain", "x509_certificate_chain")) {
      if (reader.takeNull()) continue;
      material = only(reader, material, Material.Certificate);
      // No requirement is satisfied by one so far.
      reader.skip();
    } else if (message.has("tlogEntries", "tlog_entries")) {
      if (enterProtoList(reader)) while (reader.nextItem()) readLogEntry(reader);
    } else if (message.has("timestampVerificationData", "timestamp_verification_data")) {
      if (!reader.takeNull()) readTimestamps(reader);
    } else message.refuse();
  }
  return material;
}

function only(reader: JsonReader, known: Material, found: Material): Material {
  if (known != Material.None) reader.failMember("two kinds of verification material");
  return found;
}

/** The key's hint, which nobody relies on: the keys are the policy's. */
function readPublicKey(reader: JsonReader): void {
  const message = new ProtoMessage(reader);
  while (message.next()) {
    if (message.has("hint")) readProtoText(reader);
    else message.refuse();
  }
}

/** One without a record, or without a proof that the log has it, is none in a bundle of version 0.3. */
function readLogEntry(reader: JsonReader): void {
  let hasId: bool = false;
  let hasKind: bool = false;
  let hasProof: bool = false;
  let hasRecord: bool = false;
  const message = new ProtoMessage(reader);
  while (message.next()) {
    if (message.has("logIndex", "log_index") || message.has("integratedTime", "integrated_time"))
      readProtoNumber(reader);
    else if (message.has("logId", "log_id")) hasId = readLogId(reader);
    else if (message.has("kindVersion", "kind_version")) hasKind = readKindVersion(reader);
    else if (message.has("inclusionPromise", "inclusion_promise")) readPromise(reader);
    else if (message.has("inclusionProof", "inclusion_proof")) hasProof = readProof(reader);
    else if (message.has("canonicalizedBody", "canonicalized_body"))
      hasRecord = readProtoBytes(reader).length > 0;
    else message.refuse();
  }
  if (!hasId || !hasKind || !hasProof || !hasRecord)
    reader.fail("not a log entry with its record and a proof");
}

function readLogId(reader: JsonReader): bool {
  if (reader.takeNull()) return false;
  let length = 0;
  const message = new ProtoMessage(reader);
  while (message.next()) {
    if (message.has("keyId", "key_id")) length = readProtoBytes(reader).length;
    else message.refuse();
  }
  return length > 0;
}

function readKindVersion(reader: JsonReader): bool {
  if (reader.takeNull()) return false;
  let known = 0;
  const message = new ProtoMessage(reader);
  while (message.next()) {
    if (message.has("kind") || message.has("version")) known += min(1, readProtoText(reader).length);
    else message.refuse();
  }
  return known == 2;
}

function readPromise(reader: JsonReader): void {
  if (reader.takeNull()) return;
  const message = new ProtoMessage(reader);
  while (message.next()) {
    if (message.has("signedEntryTimestamp", "signed_entry_timestamp")) readProtoBytes(reader);
    else message.refuse();
  }
}

function readProof(reader: JsonReader): bool {
  if (reader.takeNull()) return false;
  let hasCheckpoint: bool = false;
  const message = new ProtoMessage(reader);
  while (message.next()) {
    if (message.has("logIndex", "log_index") || message.has("treeSize", "tree_size")) readProtoNumber(reader);
    else if (message.has("rootHash", "root_hash")) readProtoBytes(reader);
    else if (message.has("hashes")) {
      if (enterProtoList(reader)) while (reader.nextItem()) readProtoBytes(reader);
    } else if (message.has("checkpoint")) hasCheckpoint = readCheckpoint(reader);
    else message.refuse();
  }
  return hasCheckpoint;
}

function readCheckpoint(reader: JsonReader): bool {
  if (reader.takeNull()) return false;
  let length = 0;
  const message = new ProtoMessage(reader);
  while (message.next()) {
    if (message.has("envelope")) length = readProtoText(reader).length;
    else message.refuse();
  }
  return length > 0;
}

function readTimestamps(reader: JsonReader): void {
  const message = new ProtoMessage(reader);
  while (message.next()) {
    if (message.has("rfc3161Timestamps", "rfc3161_timestamps")) {
      if (enterProtoList(reader)) while (reader.nextItem()) readTimestamp(reader);
    } else message.refuse();
  }
}

function readTimestamp(reader: JsonReader): void {
  const message = new ProtoMessage(reader);
  while (message.next()) {
    if (message.has("signedTimestamp", "signed_timestamp")) readProtoBytes(reader);
    else message.refuse();
  }
}
