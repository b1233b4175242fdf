// Image references: the grammar of distribution/reference as containers/image carries it, and its normalisation of
// names people type (docker.io, library/).

import { Bytes } from "../bytes/bytes";
import { Writer } from "../bytes/writer";
import { isDigest, isHex64 } from "./digest";

/** Longest name, domain and path together (distribution/reference, NameTotalLengthMax). */
const NAME_LENGTH: i32 = 255;
const TAG_LENGTH: i32 = 128;

const AT: u8 = 0x40;
const COLON: u8 = 0x3a;
const DASH: u8 = 0x2d;
const DOT: u8 = 0x2e;
const SLASH: u8 = 0x2f;
const UNDERSCORE: u8 = 0x5f;

export class Reference {
  constructor(
    /** `domain/path`, or `path` alone where the domain is empty. */
    readonly name: Bytes,
    /** Host and optional port; empty where the first component cannot be one (`foo_bar.com/baz`). */
    readonly domain: Bytes,
    readonly path: Bytes,
    readonly tag: Bytes | null,
    readonly digest: Bytes | null,
  ) {}

  isNameOnly(): bool {
    return this.tag === null && this.digest === null;
  }

  withTag(tag: Bytes): Reference {
    return new Reference(this.name, this.domain, this.path, tag, this.digest);
  }

  withDigest(digest: Bytes | null): Reference {
    return new Reference(this.name, this.domain, this.path, this.tag, digest);
  }

  withoutTag(): Reference {
    return new Reference(this.name, this.domain, this.path, null, this.digest);
  }

  /** `name[:tag][@digest]`. */
  toBytes(): Bytes {
    const out = new Writer().bytes(this.name);
    const tag = this.tag;
    if (tag !== null) out.byte(COLON).bytes(tag);
    const digest = this.digest;
    if (digest !== null) out.byte(AT).bytes(digest);
    return out.done();
  }
}

/**
 * Reads a name as people write it: `busybox` is `docker.io/library/busybox`, `index.docker.io` is `docker.io`. No tag is
 * added. Null where containers/image's ParseNormalizedNamed reports an error.
 */
export function parseNormalized(text: Bytes): Reference | null {
  // Not a name but an image ID.
  if (isHex64(text)) return null;

  const slash = text.indexOf(SLASH);
  const first = text.slice(0, max(slash, 0));
  const hasDomain =
    slash >= 0 && (first.indexOf(DOT) >= 0 || first.indexOf(COLON) >= 0 || first.is("localhost"));
  let domain = hasDomain ? first : Bytes.of("docker.io");
  let rest = hasDomain ? text.from(slash + 1) : text;
  if (domain.is("index.docker.io")) domain = Bytes.of("docker.io");
  if (domain.is("docker.io") && rest.indexOf(SLASH) < 0) {
    rest = new Writer().text("library/").bytes(rest).done();
  }
  const colon = rest.indexOf(COLON);
  if (hasUpperCase(rest.slice(0, colon < 0 ? rest.length : colon))) return null;
  return parseReference(new Writer().bytes(domain).byte(SLASH).bytes(rest).done());
}

/** Reads a reference as it stands, without completing it. Null where the grammar does not fit. */
export function parseReference(text: Bytes): Reference | null {
  let rest = text;
  let digest: Bytes | null = null;
  const at = rest.indexOf(AT);
  if (at >= 0) {
    const suffix = rest.from(at + 1);
    if (!isDigest(suffix)) return null;
    digest = suffix;
    rest = rest.slice(0, at);
  }

  let tag: Bytes | null = null;
  const lastSlash = rest.lastIndexOf(SLASH);
  const colon = rest.indexOf(COLON, lastSlash + 1);
  if (colon >= 0) {
    const suffix = rest.from(colon + 1);
    if (!isTag(suffix)) return null;
    tag = suffix;
    rest = rest.slice(0, colon);
  }

  if (rest.length > NAME_LENGTH) return null;
  const slash = rest.indexOf(SLASH);
  if (slash >= 0 && isDomain(rest.slice(0, slash)) && isPath(rest.from(slash + 1))) {
    return new Reference(rest, rest.slice(0, slash), rest.from(slash + 1), tag, digest);
  }
  if (!isPath(rest)) return null;
  return new Reference(rest, rest.slice(0, 0), rest, tag, digest);
}

/** `[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}` */
function isTag(text: Bytes): bool {
  if (text.length == 0 || text.length > TAG_LENGTH) return false;
  for (let i = 0; i < text.length; i++) {
    const byte = text.at(i);
    if (!isAlphanumeric(byte) && byte != UNDERSCORE && (i == 0 || (byte != DOT && byte != DASH)))
      return false;
  }
  return true;
}

/** Components of letters, digits and inner hyphens, joined by dots; optionally a colon and digits. */
export function isDomain(text: Bytes): bool {
  const colon = text.indexOf(COLON);
  if (colon >= 0) {
    if (colon + 1 == text.length) return false;
    for (let i = colon + 1; i < text.length; i++) if (!isDigit(text.at(i))) return false;
  }
  const end = colon < 0 ? text.length : colon;
  let start = 0;
  for (let i = 0; i <= end; i++) {
    if (i < end && text.at(i) != DOT) {
      const byte = text.at(i);
      if (!isAlphanumeric(byte) && byte != DASH) return false;
      continue;
    }
    if (i == start || text.at(start) == DASH || text.at(i - 1) == DASH) return false;
    start = i + 1;
  }
  return true;
}

/** Components joined by slashes, each `[a-z0-9]+` joined by `.`, `_`, `__` or any run of `-`. */
export function isPath(text: Bytes): bool {
  let start = 0;
  for (let i = 0; i <= text.length; i++) {
    if (i < text.length && text.at(i) != SLASH) continue;
    if (!isPathComponent(text.slice(start, i))) return false;
    start = i + 1;
  }
  return true;
}

function isPathComponent(text: Bytes): bool {
  let i = 0;
  while (i < text.length) {
    const word = i;
    while (i < text.length && isLowerAlphanumeric(text.at(i))) i++;
    if (i == word) return false;
    if (i == text.length) return true;
    const separator = text.at(i++);
    if (separator == DASH) {
      while (i < text.length && text.at(i) == DASH) i++;
    } else if (separator == UNDERSCORE) {
      if (i < text.length && text.at(i) == UNDERSCORE) i++;
    } else if (separator != DOT) return false;
  }
  // Nothing at all, or nothing after a separator.
  return false;
}

function hasUpperCase(text: Bytes): bool {
  for (let i = 0; i < text.length; i++) {
    const byte = text.at(i);
    if (byte >= 0x41 && byte <= 0x5a) return true;
  }
  return false;
}

function isDigit(byte: u8): bool {
  return byte >= 0x30 && byte <= 0x39;
}

function isLowerAlphanumeric(byte: u8): bool {
  return isDigit(byte) || (byte >= 0x61 && byte <= 0x7a);
}

function isAlphanumeric(byte: u8): bool {
  const lower = byte | 0x20;
  return isDigit(byte) || (lower >= 0x61 && lower <= 0x7a);
}
