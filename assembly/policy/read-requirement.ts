// The five types of requirement (containers-policy.json(5), "POLICY REQUIREMENTS"). Nothing outside the text is read:
// keys that do not parse load, and deny when their requirement is evaluated.

import { Bytes } from "../bytes/bytes";
import { JsonReader } from "../json/reader";
import { enterList, readData, readPathItems, readText } from "./members";
import { readIdentity } from "./read-identity";
import { readSigstoreSigned } from "./read-sigstore-signed";
import { Material, Policy, Requirement, RequirementKind } from "./types";

export function readRequirement(reader: JsonReader, policy: Policy): Requirement {
  const start = reader.position();
  const type = reader.lookAhead("type");
  if (type !== null) {
    if (type.is("insecureAcceptAnything")) {
      return readPlain(reader, new Requirement(RequirementKind.InsecureAcceptAnything, start));
    }
    if (type.is("reject")) return readPlain(reader, new Requirement(RequirementKind.Reject, start));
    if (type.is("signedBy")) return readSignedBy(reader, policy, start);
    if (type.is("signedBaseLayer")) return readSignedBaseLayer(reader, start);
    if (type.is("sigstoreSigned")) return readSigstoreSigned(reader, policy, start);
  }
  if (reader.enterObject()) {
    reader.fail(
      "expected a type: insecureAcceptAnything, reject, signedBy, signedBaseLayer or sigstoreSigned",
      start,
    );
  }
  return new Requirement(RequirementKind.Reject, start);
}

function readPlain(reader: JsonReader, requirement: Requirement): Requirement {
  reader.enterObject();
  while (reader.nextMember()) {
    if (reader.memberName().is("type")) reader.skipString();
    else reader.failMember("unknown member; this requirement has no other than type");
  }
  return requirement;
}

function readSignedBy(reader: JsonReader, policy: Policy, start: i32): Requirement {
  const requirement = new Requirement(RequirementKind.SignedBy, start);
  const keyrings: Array<Material> = [];
  // Unlike in sigstoreSigned, a source counts as soon as its member is there.
  let sources = 0;
  reader.enterObject();
  while (reader.nextMember()) {
    const name = reader.memberName();
    if (name.is("type")) reader.skipString();
    else if (name.is("keyType")) requirement.keyType = readKeyType(reader);
    else if (name.is("keyPath")) {
      sources++;
      const offset = reader.position();
      const path = readText(reader);
      if (path === null || path.length == 0) reader.fail("expected a path", offset);
      else keyrings.push(new Material(offset, "keyPath", -1, policy.file(path), null));
    } else if (name.is("keyPaths")) {
      sources++;
      // An empty list loads, and verifies nothing.
      if (enterList(reader)) readPathItems(reader, policy, "keyPaths", keyrings);
    } else if (name.is("keyData")) {
      sources++;
      const offset = reader.position();
      const data = readData(reader);
      if (data === null) reader.fail("expected base64 data", offset);
      else keyrings.push(new Material(offset, "keyData", -1, null, data));
    } else if (name.is("signedIdentity")) requirement.writtenIdentity = readIdentity(reader);
    else
      reader.failMember(
        "unknown member; signedBy has type, keyType, keyPath, keyPaths, keyData and signedIdentity",
      );
  }
  requirement.keys = StaticArray.fromArray(keyrings);
  if (requirement.keyType.length == 0) reader.fail("keyType is missing", start);
  if (sources != 1) reader.fail("expected exactly one of keyPath, keyPaths and keyData", start);
  return requirement;
}

function readKeyType(reader: JsonReader): Bytes {
  const start = reader.position();
  const type = readText(reader);
  if (
    type !== null &&
    (type.is("GPGKeys") ||
      type.is("signedByGPGKeys") ||
      type.is("X509Certificates") ||
      type.is("signedByX509CAs"))
  ) {
    return type;
  }
  reader.fail("expected GPGKeys, signedByGPGKeys, X509Certificates or signedByX509CAs", start);
  return Bytes.NONE;
}

function readSignedBaseLayer(reader: JsonReader, start: i32): Requirement {
  const requirement = new Requirement(RequirementKind.SignedBaseLayer, start);
  reader.enterObject();
  while (reader.nextMember()) {
    const name = reader.memberName();
    if (name.is("type")) reader.skipString();
    else if (name.is("baseLayerIdentity")) requirement.writtenIdentity = readIdentity(reader);
    else reader.failMember("unknown member; signedBaseLayer has type and baseLayerIdentity");
  }
  if (requirement.writtenIdentity === null) reader.fail("baseLayerIdentity is missing", start);
  return requirement;
}
