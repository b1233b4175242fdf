// `signedIdentity` and `baseLayerIdentity` (containers-policy.json(5), "signedIdentity").

import { Bytes } from "../bytes/bytes";
import { isDomain, isPath, parseNormalized } from "../image/reference";
import { JsonReader } from "../json/reader";
import { readText } from "./members";
import { IdentityType, SignedIdentity } from "./types";

/** Reads an identity object. After a failure the result means nothing. */
export function readIdentity(reader: JsonReader): SignedIdentity {
  const start = reader.position();
  const type = reader.lookAhead("type");
  const identity = new SignedIdentity(IdentityType.MatchExact, start);
  if (type !== null) {
    if (type.is("matchExact")) return readPlain(reader, IdentityType.MatchExact, start);
    if (type.is("matchRepoDigestOrExact"))
      return readPlain(reader, IdentityType.MatchRepoDigestOrExact, start);
    if (type.is("matchRepository")) return readPlain(reader, IdentityType.MatchRepository, start);
    if (type.is("matchDigest")) return readPlain(reader, IdentityType.MatchDigest, start);
    if (type.is("exactReference")) return readExactReference(reader, start);
    if (type.is("exactRepository")) return readExactRepository(reader, start);
    if (type.is("remapIdentity")) return readRemapIdentity(reader, start);
  }
  if (reader.enterObject()) {
    reader.fail(
      "expected a type: matchExact, matchRepoDigestOrExact, matchRepository, exactReference, exactRepository, remapIdentity or matchDigest",
      start,
    );
  }
  return identity;
}

function readPlain(reader: JsonReader, type: IdentityType, start: i32): SignedIdentity {
  reader.enterObject();
  while (reader.nextMember()) {
    if (reader.memberName().is("type")) reader.skipString();
    else reader.failMember("unknown member; this type of signedIdentity has no other than type");
  }
  return new SignedIdentity(type, start);
}

function readExactReference(reader: JsonReader, start: i32): SignedIdentity {
  const identity = new SignedIdentity(IdentityType.ExactReference, start);
  const text = readOnly(reader, "dockerReference");
  if (reader.failed()) return identity;
  if (text !== null) {
    const reference = parseNormalized(text);
    if (reference !== null && !reference.isNameOnly()) {
      identity.text = text;
      identity.reference = reference;
      return identity;
    }
  }
  reader.fail("dockerReference: expected an image reference with a tag or a digest", start);
  return identity;
}

function readExactRepository(reader: JsonReader, start: i32): SignedIdentity {
  const identity = new SignedIdentity(IdentityType.ExactRepository, start);
  const text = readOnly(reader, "dockerRepository");
  if (reader.failed()) return identity;
  if (text !== null) {
    identity.text = text;
    identity.reference = parseNormalized(text);
  }
  if (identity.reference === null) reader.fail("dockerRepository: expected the name of a repository", start);
  return identity;
}

/** Reads `type` and one more member, and gives that one's text. */
function readOnly(reader: JsonReader, member: string): Bytes | null {
  let text: Bytes | null = null;
  reader.enterObject();
  while (reader.nextMember()) {
    if (reader.memberName().is("type")) reader.skipString();
    else if (reader.memberName().is(member)) text = readText(reader);
    else reader.failMember("unknown member of this type of signedIdentity");
  }
  return text;
}

function readRemapIdentity(reader: JsonReader, start: i32): SignedIdentity {
  const identity = new SignedIdentity(IdentityType.RemapIdentity, start);
  reader.enterObject();
  while (reader.nextMember()) {
    const name = reader.memberName();
    if (name.is("type")) reader.skipString();
    else if (name.is("prefix")) identity.prefix = textOrEmpty(reader);
    else if (name.is("signedPrefix")) identity.signedPrefix = textOrEmpty(reader);
    else reader.failMember("unknown member of this type of signedIdentity");
  }
  if (!isRemapPrefix(identity.prefix)) reader.fail("prefix: expected a host, or a host and a path", start);
  if (!isRemapPrefix(identity.signedPrefix))
    reader.fail("signedPrefix: expected a host, or a host and a path", start);
  return identity;
}

function textOrEmpty(reader: JsonReader): Bytes {
  const text = readText(reader);
  return text === null ? Bytes.NONE : text;
}

/** A whole host[:port], or a name that begins with one; no tag, no digest (upstream: validateIdentityRemappingPrefix). */
function isRemapPrefix(text: Bytes): bool {
  const slash = text.indexOf(0x2f);
  if (slash < 0) return isDomain(text);
  return isDomain(text.slice(0, slash)) && isPath(text.from(slash + 1));
}
