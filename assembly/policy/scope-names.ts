// Which docker scopes can cover an image at all. Upstream loads any text as one; what is looked up are names in their
// canonical form, and the hosts and repositories above them (image/name.ts).

import { Bytes } from "../bytes/bytes";
import { lowerCase } from "../bytes/lower-case";
import { isSha256Digest } from "../image/digest";
import { isDomain, isPath, parseNormalized, parseReference } from "../image/reference";
import { isExtensionScope } from "./scopes";

const STAR: u8 = 0x2a;
const SLASH: u8 = 0x2f;
const COLON: u8 = 0x3a;
const AT: u8 = 0x40;
const DOT: u8 = 0x2e;

/** Why no image falls under a docker scope; empty if some may. */
export function scopeFault(scope: Bytes): string {
  if (scope.length == 0 || scope.is("*")) return "";
  if (isExtensionScope(scope)) {
    const stem = scope.slice(0, scope.length - 2);
    return isTagged(stem) ? "nothing is below a tag or digest" : nameFault(stem);
  }
  if (scope.startsWith("*.")) {
    const domain = scope.from(2);
    if (domain.indexOf(SLASH) >= 0) return "a wildcard host has no repositories";
    if (domain.indexOf(COLON) >= 0) return "a wildcard host has no port";
    return isDomain(domain) ? "" : "not a host";
  }
  if (scope.indexOf(STAR) >= 0)
    return "* stands only for hosts, as in *.example.com, and at the end, after a slash";
  return nameFault(scope);
}

/** What was probably meant by a scope under which nothing falls, or null. */
export function scopeInstead(scope: Bytes): Bytes | null {
  let text = scope;
  if (text.startsWith("docker://")) text = text.from(9);
  else if (text.startsWith("https://")) text = text.from(8);
  else if (text.startsWith("http://")) text = text.from(7);
  while (text.length > 0 && (text.at(text.length - 1) == SLASH || text.at(text.length - 1) == STAR)) {
    text = text.slice(0, text.length - 1);
  }
  if (text.startsWith("*.")) {
    const end = text.indexOf(COLON) >= 0 ? text.indexOf(COLON) : text.indexOf(SLASH);
    if (end > 0) text = text.slice(0, end);
  }
  if (text.length > 0 && !text.equals(scope) && scopeFault(text).length == 0) return text;
  let reference = parseNormalized(lowerCase(text));
  if (reference === null || text.indexOf(STAR) >= 0) return null;
  if (reference.digest !== null) reference = reference.withoutTag();
  const instead = reference.toBytes();
  return scopeFault(instead).length == 0 ? instead : null;
}

/** Whether a name has a tag or digest: whether something follows its last component. */
export function isTagged(text: Bytes): bool {
  const slash = text.lastIndexOf(SLASH);
  return slash >= 0 && (text.indexOf(COLON, slash) >= 0 || text.indexOf(AT, slash) >= 0);
}

/** The host of a scope without wildcards. */
export function hostOf(scope: Bytes): Bytes {
  const slash = scope.indexOf(SLASH);
  return slash < 0 ? scope : scope.slice(0, slash);
}

function nameFault(text: Bytes): string {
  const host = hostOf(text);
  if (host.length == text.length) return hostFault(host);
  if (text.startsWith("docker://") || text.startsWith("https://") || text.startsWith("http://")) {
    return "a scope is a name, not an address";
  }
  if (text.at(text.length - 1) == SLASH) return "a scope does not end with a slash";
  const fault = hostFault(host);
  if (fault.length > 0) return fault;
  const reference = parseReference(text);
  if (reference === null || reference.domain.length == 0) {
    const path = pathOf(text);
    if (isPath(path)) return "neither a tag nor a digest follows the name";
    return isPath(lowerCase(path)) ? "repositories are lower-case" : "not the name of a repository";
  }
  if (reference.isNameOnly()) return "";
  if (reference.tag !== null && reference.digest !== null) {
    return "a name with tag and digest is judged by its digest, without the tag";
  }
  if (reference.digest !== null && !isSha256Digest(reference.digest!))
    return "only sha256 digests are supported";
  if (host.is("docker.io") && reference.path.indexOf(SLASH) < 0) {
    return "images of docker.io without a user are those of library";
  }
  return "";
}

/** Why this is not a host; empty if it is. A name that begins with anything else is on docker.io. */
function hostFault(host: Bytes): string {
  if (host.is("index.docker.io")) return "index.docker.io is docker.io in every name";
  if (!isDomain(host)) return "not a host, with or without a port";
  if (host.indexOf(DOT) >= 0 || host.indexOf(COLON) >= 0 || host.is("localhost")) return "";
  return "a host has a dot or a port: a name without one is on docker.io";
}

/** What follows the host, without tag and digest. */
function pathOf(text: Bytes): Bytes {
  const rest = text.from(text.indexOf(SLASH) + 1);
  for (let i = 0; i < rest.length; i++) if (rest.at(i) == COLON || rest.at(i) == AT) return rest.slice(0, i);
  return rest;
}
