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

export enum ManifestForm {
  /** One whose digest is that of its bytes. */
  Plain,
  /** Docker schema 1, whose digest covers something else than its bytes. */
  Schema1,
  Malformed,
}

/**
 * Tells schema 1 from everything newer by the bytes alone, and strictly: any `signatures` member, in any case, makes it
 * schema 1, since readers that fold case would see one.
 */
export function manifestForm(text: Bytes): ManifestForm {
  const reader = new JsonReader(text);
  let schema1 = false;
  if (reader.enterObject()) {
    while (reader.nextMember()) {
      const name = reader.memberName();
      if (foldsTo(name, "signatures")) schema1 = true;
      const start = reader.position();
      reader.skip();
      if (foldsTo(name, "schemaversion") && text.slice(start, reader.end()).is("1")) schema1 = true;
    }
  }
  if (!reader.done()) return ManifestForm.Malformed;
  return schema1 ? ManifestForm.Schema1 : ManifestForm.Plain;
}
