// `pki` in sigstoreSigned (containers-policy.json(5)): the operator's own roots, and whom their certificates have to
// name.

import { Bytes } from "../bytes/bytes";
import { JsonReader } from "../json/reader";
import { readText } from "./members";
import { one, readOneData, readPath } from "./read-material";
import { Material, Pki, Policy } from "./types";

export function readPki(reader: JsonReader, policy: Policy): Pki {
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
