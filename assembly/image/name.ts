// What an image is called under a transport: its identity for the policy, and the wider scopes it falls under, most
// specific first (upstream: PolicyConfigurationIdentity and PolicyConfigurationNamespaces of each transport).

import { Bytes } from "../bytes/bytes";
import { Writer } from "../bytes/writer";
import { isDigest, isHex64, isSha256Digest } from "./digest";
import { parseNormalized, Reference } from "./reference";

const SLASH: u8 = 0x2f;
const COLON: u8 = 0x3a;
const AT: u8 = 0x40;
const DOT: u8 = 0x2e;

export class ImageName {
  constructor(
    /** Docker-like reference; null for files and image IDs. */
    readonly reference: Reference | null,
    readonly identity: Bytes,
    readonly namespaces: Array<Bytes>,
  ) {}

  /** The digest it names, or null. */
  digest(): Bytes | null {
    const reference = this.reference;
    return reference === null ? null : reference.digest;
  }
}

/** A name with a docker-like reference that has a tag or a digest. */
export function dockerName(reference: Reference): ImageName {
  return new ImageName(reference, reference.toBytes(), dockerNamespaces(reference.name, true));
}

/** Reads a name of a transport other than docker and atomic; null if it is none, or the transport has no names. */
export function parseTransportName(transport: Bytes, text: Bytes): ImageName | null {
  if (transport.is("docker-daemon")) return parseDaemonName(text);
  if (transport.is("docker-archive") || transport.is("tarball")) return new ImageName(null, Bytes.NONE, []);
  if (transport.is("dir") || transport.is("sif")) return pathName(text, false);
  if (transport.is("oci") || transport.is("oci-archive")) {
    const colon = text.indexOf(COLON);
    return pathName(colon < 0 ? text : text.slice(0, colon), true);
  }
  return transport.is("containers-storage") ? parseStorageName(text) : null;
}

/**
 * The name, its parents down to the host, and for a host with dots `*.` and each of its parent domains, without the
 * port (upstream: policyconfiguration.DockerReferenceNamespaces).
 */
function dockerNamespaces(name: Bytes, wildcards: bool): Array<Bytes> {
  const out: Array<Bytes> = [name];
  let rest = name;
  for (let slash = rest.lastIndexOf(SLASH); slash >= 0; slash = rest.lastIndexOf(SLASH)) {
    rest = rest.slice(0, slash);
    out.push(rest);
  }
  if (!wildcards) return out;
  const colon = rest.indexOf(COLON);
  if (colon >= 0) rest = rest.slice(0, colon);
  for (let dot = rest.indexOf(DOT); dot >= 0; dot = rest.indexOf(DOT)) {
    rest = rest.from(dot + 1);
    out.push(new Writer().text("*.").bytes(rest).done());
  }
  return out;
}

/** An image ID, which falls under the transport's default only, or a name with either a tag or a digest. */
function parseDaemonName(text: Bytes): ImageName | null {
  if (isDigest(text)) return isSha256Digest(text) ? new ImageName(null, Bytes.NONE, []) : null;
  const reference = parseNormalized(text);
  if (reference === null || reference.name.is("docker.io/library/sha256")) return null;
  return (reference.tag === null) == (reference.digest === null) ? null : dockerName(reference);
}

/** An absolute path; links in it must have been resolved. Upstream's oci transports list the path itself once more. */
function pathName(text: Bytes, repeated: bool): ImageName | null {
  const path = cleanPath(text);
  if (path === null) return null;
  const namespaces: Array<Bytes> = [];
  if (repeated && path.length > 1) namespaces.push(path);
  for (let slash = path.lastIndexOf(SLASH); slash > 0; ) {
    const parent = path.slice(0, slash);
    namespaces.push(parent);
    slash = parent.lastIndexOf(SLASH);
  }
  return new ImageName(null, path, namespaces);
}

/** Lexical cleaning as Go's filepath.Clean, of an absolute path; null for a relative one. */
function cleanPath(text: Bytes): Bytes | null {
  if (text.length == 0 || text.at(0) != SLASH) return null;
  const components: Array<Bytes> = [];
  let start = 1;
  for (let i = 1; i <= text.length; i++) {
    if (i < text.length && text.at(i) != SLASH) continue;
    const component = text.slice(start, i);
    start = i + 1;
    if (component.is("..")) {
      if (components.length > 0) components.pop();
    } else if (component.length > 0 && !component.is(".")) components.push(component);
  }
  const out = new Writer();
  for (let i = 0; i < components.length; i++) out.byte(SLASH).bytes(components[i]);
  return components.length == 0 ? out.byte(SLASH).done() : out.done();
}

/**
 * `[driver@/root]name[:tag][@digest][@ID]`, with the store spelt out: the core knows of no default store. No
 * wildcards (upstream: storage/storage_reference.go).
 */
function parseStorageName(text: Bytes): ImageName | null {
  const close = text.indexOf(0x5d);
  if (close < 0 || text.at(0) != 0x5b) return null;
  const store = text.slice(1, close);
  const at = store.indexOf(AT);
  if (at <= 0 || at + 1 == store.length || store.at(at + 1) != SLASH) return null;
  const prefix = text.slice(0, close + 1);

  let name = text.from(close + 1);
  const namespaces: Array<Bytes> = [];
  const identity = new Writer().bytes(prefix);
  const lastAt = name.lastIndexOf(AT);
  const id = lastAt >= 0 && isHex64(name.from(lastAt + 1)) ? name.from(lastAt + 1) : null;
  if (id !== null) name = name.slice(0, lastAt);

  let reference: Reference | null = null;
  if (name.length > 0) {
    reference = parseNormalized(name);
    if (reference === null) return null;
    if (reference.isNameOnly()) reference = reference.withTag(Bytes.of("latest"));
    identity.bytes(reference.toBytes());
    if (id !== null) namespaces.push(new Writer().bytes(prefix).bytes(reference.toBytes()).done());
    if (reference.tag !== null && reference.digest !== null) {
      namespaces.push(new Writer().bytes(prefix).bytes(reference.withDigest(null).toBytes()).done());
    }
    const parents = dockerNamespaces(reference.name, false);
    for (let i = 0; i < parents.length; i++)
      namespaces.push(new Writer().bytes(prefix).bytes(parents[i]).done());
  } else if (id === null) return null;
  if (id !== null) identity.byte(AT).bytes(id);

  namespaces.push(prefix);
  namespaces.push(
    new Writer()
      .byte(0x5b)
      .bytes(store.from(at + 1))
      .byte(0x5d)
      .done(),
  );
  return new ImageName(reference, identity.done(), namespaces);
}
