// `sigstoreSigned` (containers-policy.json(5)), with upstream's way of counting what is there: a path if it is not
// empty, data unless it is null, a list always, and then it must have an element.

import { Bytes } from "../bytes/bytes";
import { JsonReader } from "../json/reader";
import { enterList, readData, readPathItems, readRequiredText, readText } from "./members";
import { readIdentity } from "./read-identity";
import { Fulcio, Material, Pki, Policy, Requirement, RequirementKind } from "./types";

export function readSigstoreSigned(reader: JsonReader, policy: Policy, start: i32): Requirement {
  const requirement = new Requirement(RequirementKind.SigstoreSigned, start);
  const keys = requirement.keys;
  const rekorKeys = requirement.rekorKeys;
  let sources = 0;
  let rekorSources = 0;
  reader.enterObject();
  while (reader.nextMember()) {
    const name = reader.memberName();
    if (name.is("type")) reader.string();
    else if (name.is("keyPath")) sources += readPath(reader, policy, "keyPath", keys);
    else if (name.is("keyPaths")) sources += readPaths(reader, policy, "keyPaths", keys);
    else if (name.is("keyData")) sources += readOneData(reader, "keyData", keys);
    else if (name.is("keyDatas")) sources += readDatas(reader, "keyDatas", keys);
    else if (name.is("fulcio")) {
      sources++;
      requirement.fulcio = readFulcio(reader, policy);
    } else if (name.is("pki")) {
      sources++;
      requirement.pki = readPki(reader, policy);
    } else if (name.is("rekorPublicKeyPath")) {
      rekorSources += readPath(reader, policy, "rekorPublicKeyPath", rekorKeys);
    } else if (name.is("rekorPublicKeyPaths")) {
      rekorSources += readPaths(reader, policy, "rekorPublicKeyPaths", rekorKeys);
    } else if (name.is("rekorPublicKeyData")) {
      rekorSources += readOneData(reader, "rekorPublicKeyData", rekorKeys);
    } else if (name.is("rekorPublicKeyDatas")) {
      rekorSources += readDatas(reader, "rekorPublicKeyDatas", rekorKeys);
    } else if (name.is("signedIdentity")) requirement.writtenIdentity = readIdentity(reader);
    else reader.failMember("unknown member of sigstoreSigned");
  }
  if (sources != 1) {
    reader.fail("expected exactly one of keyPath, keyPaths, keyData, keyDatas, fulcio and pki", start);
  }
  if (rekorSources > 1) reader.fail("expected at most one of the rekorPublicKey members", start);
  if (requirement.fulcio !== null && rekorSources == 0) {
    reader.fail("fulcio needs one of the rekorPublicKey members", start);
  }
  if (requirement.pki !== null && rekorSources > 0) {
    reader.fail("pki cannot be combined with a rekorPublicKey member", start);
  }
  return requirement;
}

function readPath(reader: JsonReader, policy: Policy, member: string, into: Array<Material>): i32 {
  const offset = reader.position();
  const path = readText(reader);
  if (path === null || path.length == 0) return 0;
  into.push(new Material(offset, member, -1, policy.file(path), null));
  return 1;
}

function readPaths(reader: JsonReader, policy: Policy, member: string, into: Array<Material>): i32 {
  const offset = reader.position();
  if (enterList(reader)) {
    const paths: Array<Material> = [];
    readPathItems(reader, policy, member, paths);
    append(reader, offset, paths, into);
  }
  return 1;
}

function readOneData(reader: JsonReader, member: string, into: Array<Material>): i32 {
  const offset = reader.position();
  const data = readData(reader);
  if (data === null) return 0;
  into.push(new Material(offset, member, -1, null, data));
  return 1;
}

function readDatas(reader: JsonReader, member: string, into: Array<Material>): i32 {
  const offset = reader.position();
  if (enterList(reader)) {
    const items: Array<Material> = [];
    while (reader.nextItem()) {
      const itemOffset = reader.position();
      const data = readData(reader);
      items.push(
        new Material(itemOffset, member, items.length, null, data === null ? new Bytes(0, 0) : data),
      );
    }
    append(reader, offset, items, into);
  }
  return 1;
}

function append(reader: JsonReader, offset: i32, items: Array<Material>, into: Array<Material>): void {
  if (items.length == 0) reader.fail("expected a list that is not empty", offset);
  for (let i = 0; i < items.length; i++) into.push(items[i]);
}

function readFulcio(reader: JsonReader, policy: Policy): Fulcio {
  const start = reader.position();
  const ca: Array<Material> = [];
  let oidcIssuer = new Bytes(0, 0);
  let subjectEmail = new Bytes(0, 0);
  let sources = 0;
  reader.enterObject();
  while (reader.nextMember()) {
    const name = reader.memberName();
    if (name.is("caPath")) sources += readPath(reader, policy, "fulcio.caPath", ca);
    else if (name.is("caData")) sources += readOneData(reader, "fulcio.caData", ca);
    else if (name.is("oidcIssuer")) oidcIssuer = readRequiredText(reader);
    else if (name.is("subjectEmail")) subjectEmail = readRequiredText(reader);
    else reader.failMember("unknown member; fulcio has caPath, caData, oidcIssuer and subjectEmail");
  }
  if (sources != 1) reader.fail("fulcio: expected exactly one of caPath and caData", start);
  if (oidcIssuer.length == 0) reader.fail("fulcio: oidcIssuer is missing", start);
  if (subjectEmail.length == 0) reader.fail("fulcio: subjectEmail is missing", start);
  return new Fulcio(one(ca, start), oidcIssuer, subjectEmail);
}

function readPki(reader: JsonReader, policy: Policy): Pki {
  const start = reader.position();
  const roots: Array<Material> = [];
  const intermediates: Array<Material> = [];
  let subjectEmail: Bytes | null = null;
  let subjectHostname: Bytes | null = null;
  let rootSources = 0;
  let intermediateSources = 0;
  reader.enterObject();
  while (reader.nextMember()) {
    const name = reader.memberName();
    if (name.is("caRootsPath")) rootSources += readPath(reader, policy, "pki.caRootsPath", roots);
    else if (name.is("caRootsData")) rootSources += readOneData(reader, "pki.caRootsData", roots);
    else if (name.is("caIntermediatesPath")) {
      intermediateSources += readPath(reader, policy, "pki.caIntermediatesPath", intermediates);
    } else if (name.is("caIntermediatesData")) {
      intermediateSources += readOneData(reader, "pki.caIntermediatesData", intermediates);
    } else if (name.is("subjectEmail")) subjectEmail = readText(reader);
    else if (name.is("subjectHostname")) subjectHostname = readText(reader);
    else reader.failMember("unknown member of pki");
  }
  if (rootSources != 1) reader.fail("pki: expected exactly one of caRootsPath and caRootsData", start);
  if (intermediateSources > 1) {
    reader.fail("pki: expected at most one of caIntermediatesPath and caIntermediatesData", start);
  }
  if (isEmpty(subjectEmail) && isEmpty(subjectHostname)) {
    reader.fail("pki: expected subjectEmail, subjectHostname or both", start);
  }
  return new Pki(
    one(roots, start),
    intermediates.length > 0 ? intermediates[0] : null,
    subjectEmail,
    subjectHostname,
  );
}

function isEmpty(text: Bytes | null): bool {
  return text === null || text.length == 0;
}

/** The only material, or, after a failure, something to carry on with. */
function one(materials: Array<Material>, start: i32): Material {
  return materials.length > 0 ? materials[0] : new Material(start, "", -1, null, null);
}
