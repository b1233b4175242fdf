// Image manifests and indexes: what has to be known of them before a signature over their digest is enough.

import { Bytes } from "../bytes/bytes";
import { JsonReader } from "../json/reader";
import { foldsTo } from "./descriptor";

export const OCI_MANIFEST: string = "application/vnd.oci.image.manifest.v1+json";
export const OCI_INDEX: string = "application/vnd.oci.image.index.v1+json";
export const DOCKER_MANIFEST: string = "application/vnd.docker.distribution.manifest.v2+json";
export const DOCKER_LIST: string = "application/vnd.docker.distribution.manifest.list.v2+json";

/** Whether containerd pulls images by manifests of this type. Docker schema 1 is not among them. */
export function isManifestType(mediaType: Bytes): bool {
  return (
    mediaType.is(OCI_MANIFEST) ||
    mediaType.is(OCI_INDEX) ||
    mediaType.is(DOCKER_MANIFEST) ||
    mediaType.is(DOCKER_LIST)
  );
}

/** Whether it is the type of a list of manifests, one for each platform. */
export function isIndexType(mediaType: Bytes): bool {
  return mediaType.is(OCI_INDEX) || mediaType.is(DOCKER_LIST);
}

export enum ManifestForm {
  /** One whose digest is that of its bytes. */
  Plain,
  /** Docker schema 1, whose digest covers something else than its bytes. */
  Schema1,
  /** One that two readers may take for two different things. */
  Ambiguous,
  Malformed,
}

/**
 * What the bytes that are served as `mediaType` are. Read strictly: any `signatures` member, in any case, makes them
 * schema 1, since readers that fold case would see one; a `mediaType` of their own must be the one they are served with,
 * and neither an index nor a manifest has the other's members (containerd refuses those, too: images.validateMediaType).
 */
export function manifestForm(mediaType: Bytes, text: Bytes): ManifestForm {
  const isIndex = isIndexType(mediaType);
  const reader = JsonReader.ofManifest(text);
  let schema1: bool = false;
  let ambiguous: bool = false;
  if (reader.enterObject()) {
    while (reader.nextMember()) {
      const name = reader.memberName();
      const start = reader.position();
      reader.skip();
      const value = text.slice(start, max(start, reader.end()));
      if (foldsTo(name, "signatures")) schema1 = true;
      else if (foldsTo(name, "schemaversion")) schema1 = schema1 || value.is("1");
      else if (foldsTo(name, "mediatype")) ambiguous = ambiguous || !isQuoted(value, mediaType);
      else if (foldsTo(name, "manifests")) ambiguous = ambiguous || !isIndex;
      else if (foldsTo(name, "layers") || foldsTo(name, "config")) ambiguous = ambiguous || isIndex;
    }
  }
  if (!reader.done()) return ManifestForm.Malformed;
  if (schema1) return ManifestForm.Schema1;
  return ambiguous ? ManifestForm.Ambiguous : ManifestForm.Plain;
}

/** Whether a JSON value is this text in double quotes, without escapes. */
function isQuoted(value: Bytes, text: Bytes): bool {
  return value.length == text.length + 2 && value.slice(1, value.length - 1).equals(text);
}
