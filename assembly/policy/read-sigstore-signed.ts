// `sigstoreSigned` (containers-policy.json(5)): where its trust comes from, and the identity it asks for.

import { JsonReader } from "../json/reader";
import { readFulcio } from "./read-fulcio";
import { readIdentity } from "./read-identity";
import { readDatas, readOneData, readPath, readPaths } from "./read-material";
import { readPki } from "./read-pki";
import { Material, Policy, Requirement, RequirementKind } from "./types";

/** Keys of the requirement that is being read: two arrays for all requirements, as there are so many. */
const keys: Array<Material> = [];
const rekorKeys: Array<Material> = [];

export function readSigstoreSigned(reader: JsonReader, policy: Policy, start: i32): Requirement {
  const requirement = new Requirement(RequirementKind.SigstoreSigned, start);
  keys.length = 0;
  rekorKeys.length = 0;
  let sources = 0;
  let rekorSources = 0;
  reader.enterObject();
  while (reader.nextMember()) {
    const name = reader.memberName();
    if (name.is("type")) reader.skipString();
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
  if (keys.length > 0) requirement.keys = StaticArray.fromArray(keys);
  if (rekorKeys.length > 0) requirement.rekorKeys = StaticArray.fromArray(rekorKeys);
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
