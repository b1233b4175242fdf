// Image indexes (image-spec image-index.md) and Docker's manifest lists, read for the manifests they name. If no
// signature covers an index, it may be believed only where every reader reads it alike; and containerd's reader folds
// the case of names and lets the last of repeated members win. So each level (index, descriptor, platform) has its
// known members, spelt exactly and once, and nothing that leads elsewhere.

import { Bytes } from "../bytes/bytes";
import { Writer } from "../bytes/writer";
import { JsonReader } from "../json/reader";
import { Descriptor, readSize } from "./descriptor";
import { isSha256Digest } from "./digest";
import { DOCKER_LIST, DOCKER_MANIFEST, OCI_MANIFEST } from "./manifest";

export class IndexEntry {
  constructor(
    readonly descriptor: Descriptor,
    /** `os/architecture[/variant]` as written; empty if there is none. */
    readonly platform: Bytes,
    /** Whether its platform is unknown/unknown, which no node runs: BuildKit files attestations under it. */
    readonly isForNoPlatform: bool,
  ) {}
}

export class ImageIndex {
  readonly entries: Array<IndexEntry> = [];
  /** What is wrong with it; empty if nothing is. */
  problem: string = "";
  /** Where in it. */
  problemPath: Bytes = Bytes.NONE;
}

/** Reads an index of this media type. With a `problem` its entries mean nothing. */
export function parseImageIndex(mediaType: Bytes, text: Bytes): ImageIndex {
  const index = new ImageIndex();
  const reader = JsonReader.ofManifest(text);
  const isDocker = mediaType.is(DOCKER_LIST);
  let version = Bytes.NONE;
  reader.enterObject();
  while (reader.nextMember()) {
    const name = reader.memberName();
    if (name.is("schemaVersion")) version = reader.number();
    else if (name.is("mediaType")) {
      if (!reader.string().equals(mediaType)) reader.failMember("not the media type it is served with");
    } else if (name.is("manifests")) readEntries(reader, isDocker, index);
    else if (!isDocker && name.is("annotations")) readAnnotations(reader);
    else if (!isDocker && name.is("artifactType")) reader.skipString();
    else if (!isDocker && name.is("subject")) readEntry(reader, isDocker);
    else reader.failMember("not a member of an index");
  }
  if (!version.is("2")) reader.fail("schemaVersion is not 2", 0);
  if (!reader.done()) {
    index.problem = reader.failure;
    index.problemPath = reader.failurePath;
  }
  return index;
}

function readEntries(reader: JsonReader, isDocker: bool, index: ImageIndex): void {
  reader.enterArray();
  while (reader.nextItem()) {
    const start = reader.position();
    const entry = readEntry(reader, isDocker);
    const mediaType = entry.descriptor.mediaType;
    if (!mediaType.is(OCI_MANIFEST) && !mediaType.is(DOCKER_MANIFEST)) {
      reader.fail("not an image manifest by its media type", start);
    }
    if (!isSha256Digest(entry.descriptor.digest)) reader.fail("not a sha256 digest", start);
    index.entries.push(entry);
  }
}

/** What a platform says. */
class Platform {
  os: Bytes = Bytes.NONE;
  architecture: Bytes = Bytes.NONE;
  variant: Bytes = Bytes.NONE;
}

/** A descriptor with an optional platform. */
function readEntry(reader: JsonReader, isDocker: bool): IndexEntry {
  const start = reader.position();
  const platform = new Platform();
  let mediaType = Bytes.NONE;
  let digest = Bytes.NONE;
  let size: i64 = -1;
  reader.enterObject();
  while (reader.nextMember()) {
    const name = reader.memberName();
    if (name.is("mediaType")) mediaType = reader.string();
    else if (name.is("digest")) digest = reader.string();
    else if (name.is("size")) size = readSize(reader);
    else if (name.is("platform")) readPlatform(reader, platform);
    else if (name.is("urls") || name.is("data")) reader.failMember("content of another place");
    else if (!isDocker && name.is("annotations")) readAnnotations(reader);
    else if (!isDocker && name.is("artifactType")) reader.skipString();
    else reader.failMember("not a member of a descriptor");
  }
  if (mediaType.length == 0 || digest.length == 0 || size < 0) {
    reader.fail("a descriptor has mediaType, digest and size", start);
  }
  const isForNoPlatform = platform.os.is("unknown") && platform.architecture.is("unknown");
  return new IndexEntry(new Descriptor(mediaType, digest, size), platformText(platform), isForNoPlatform);
}

function readPlatform(reader: JsonReader, into: Platform): void {
  if (reader.takeNull()) return;
  reader.enterObject();
  while (reader.nextMember()) {
    const name = reader.memberName();
    if (name.is("os")) into.os = reader.string();
    else if (name.is("architecture")) into.architecture = reader.string();
    else if (name.is("variant")) into.variant = reader.string();
    else if (name.is("os.version")) reader.skipString();
    // Docker's lists may have `features` beside OCI's `os.features`.
    else if (name.is("os.features") || name.is("features")) readStrings(reader);
    else reader.failMember("not a member of a platform");
  }
}

function readStrings(reader: JsonReader): void {
  if (reader.takeNull()) return;
  reader.enterArray();
  while (reader.nextItem()) reader.skipString();
}

function readAnnotations(reader: JsonReader): void {
  if (reader.takeNull()) return;
  reader.enterObject();
  while (reader.nextMember()) reader.skipString();
}

function platformText(platform: Platform): Bytes {
  if (platform.os.length == 0 && platform.architecture.length == 0) return platform.os;
  const out = new Writer().bytes(platform.os).byte(0x2f).bytes(platform.architecture);
  return platform.variant.length == 0 ? out.done() : out.byte(0x2f).bytes(platform.variant).done();
}
