// What exceptions ask about the cases of cosign's vectors.

import { DOCKER_MANIFEST_LIST, OCI_INDEX } from "../../../host/oci/media-types.js";
import type { Case } from "../corpus.js";
import { type Signature, storedImage } from "../image.js";
import type { Subject } from "../subject.js";
import { jsonOf } from "../traits.js";
import { bundlesNameOthers } from "./bundles.js";
import { storedManifest, storedOf } from "./stored.js";

/** The name without tag or digest. */
function repositoryOf(test: Case): string {
  return String(test["imageReference"]).replace(/@.*$|:[^:/]*$/, "");
}

/** Whether cosign accepts an image that is called by another repository's name in all that was signed. */
export function acceptedUnderOtherNames(test: Case, subject: Subject): boolean {
  const repository = repositoryOf(test);
  const names = storedImage(test, subject).signatures.map(dockerReference);
  const others = names.filter((name) => name !== repository && !name.startsWith(`${repository}:`));
  if (test["accept"] !== true || others.length < names.length) return false;
  return names.length > 0 || bundlesNameOthers(test, repository);
}

function dockerReference({ payload }: Signature): string {
  const { critical } = Object(jsonOf(Buffer.from(payload)));
  return String(Object(Object(critical).identity)["docker-reference"]);
}

/** Whether the image is an index; skopeo judges the manifest of a platform in its place. */
export function isOfIndex(test: Case): boolean {
  const manifest = storedManifest(storedOf(test), String(test["digest"]));
  return manifest !== undefined && [OCI_INDEX, DOCKER_MANIFEST_LIST].includes(manifest.mediaType);
}

/** Whether there is something under cosign's tag for the image that the name resolves to. */
export function hasOwnSignatures(test: Case): boolean {
  return `${String(test["digest"]).replace(":", "-")}.sig` in storedOf(test).manifests;
}

/** Whether the case was asked with something that cosign has an option for, or is about no image that is at hand. */
export function hasOptions(test: Case): boolean {
  return Array.isArray(test["options"]) && test["options"].length > 0;
}

/** Whether the key in a file is in the clear. */
export function isPlainPrivateKey(test: Case): boolean {
  const pem = Buffer.from(String(test["file"]), "base64").toString();
  return test["kind"] === "private" && /-----BEGIN (EC |RSA )?PRIVATE KEY-----/.test(pem);
}
