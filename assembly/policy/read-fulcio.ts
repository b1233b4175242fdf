// `fulcio` in sigstoreSigned (containers-policy.json(5)): whom a certificate authority for short-lived certificates has to
// name, and which one it is.

import { Bytes } from "../bytes/bytes";
import { JsonReader } from "../json/reader";
import { readRequiredText } from "./members";
import { one, readOneData, readPath } from "./read-material";
import { Fulcio, Material, Policy } from "./types";

export function readFulcio(reader: JsonReader, policy: Policy): Fulcio {
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
