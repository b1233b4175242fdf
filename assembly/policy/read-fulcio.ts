// `fulcio` in sigstoreSigned (containers-policy.json(5)): which certificate authority for short-lived certificates is
// trusted, and whom its certificates have to name. `subjectURI` and `subjectURIPattern` are ours: CI workloads have no
// e-mail address.

import { Bytes } from "../bytes/bytes";
import { JsonReader } from "../json/reader";
import { readRequiredText } from "./members";
import { one, readOneData, readPath } from "./read-material";
import { Fulcio, FulcioSubject, FulcioSubjectKind, Material, Policy } from "./types";
import { uriPatternProblem } from "./uri-pattern";

export function readFulcio(reader: JsonReader, policy: Policy): Fulcio {
  const start = reader.position();
  const ca: Array<Material> = [];
  let oidcIssuer = Bytes.NONE;
  let subject = new FulcioSubject(FulcioSubjectKind.Email, Bytes.NONE);
  let subjects = 0;
  let sources = 0;
  reader.enterObject();
  while (reader.nextMember()) {
    const name = reader.memberName();
    if (name.is("caPath")) sources += readPath(reader, policy, "fulcio.caPath", ca);
    else if (name.is("caData")) sources += readOneData(reader, "fulcio.caData", ca);
    else if (name.is("oidcIssuer")) oidcIssuer = readRequiredText(reader);
    else if (name.is("subjectEmail") || name.is("subjectURI") || name.is("subjectURIPattern")) {
      subjects++;
      subject = readSubject(reader, name);
    } else {
      reader.failMember(
        "unknown member; fulcio has caPath, caData, oidcIssuer, subjectEmail, subjectURI and subjectURIPattern",
      );
    }
  }
  if (sources != 1) reader.fail("fulcio: expected exactly one of caPath and caData", start);
  if (oidcIssuer.length == 0) reader.fail("fulcio: oidcIssuer is missing", start);
  if (subjects != 1) {
    reader.fail("fulcio: expected exactly one of subjectEmail, subjectURI and subjectURIPattern", start);
  }
  return new Fulcio(one(ca, start), oidcIssuer, subject);
}

function readSubject(reader: JsonReader, member: Bytes): FulcioSubject {
  const start = reader.position();
  const text = readRequiredText(reader);
  if (member.is("subjectEmail")) return new FulcioSubject(FulcioSubjectKind.Email, text);
  if (member.is("subjectURI")) return new FulcioSubject(FulcioSubjectKind.Uri, text);
  const problem = reader.failed() ? "" : uriPatternProblem(text);
  if (problem.length > 0) reader.fail(problem, start);
  return new FulcioSubject(FulcioSubjectKind.UriPattern, text);
}
