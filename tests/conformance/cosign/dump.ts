// dumps/REPOSITORY/: every tag `sha256-*` of a repository. A file is called by 8 digits of the image's digest, `.sig`,
// `.att` or nothing for the list of referrers, `.refN` for what that lists, and its part: manifest, config, layerN.

import { digestOf } from "../../../host/oci/digest.js";
import type { CosignFolder } from "./folder.js";
import { blobsOf, joined, onlyImage, type Stored } from "./stored.js";

/** The repository, with every image that one of its tags is about. */
export function readDump(folder: CosignFolder, repository: string): Stored {
  const files = folder.names("dumps", repository).map((name): Stored => {
    const bytes = folder.read("dumps", repository, name);
    const [, digits, suffix = "", referrer] =
      /^sha256-([0-9a-f]+)(\.sig|\.att)?(\.ref\d+)?\.manifest\.json$/.exec(name) ?? [];
    if (digits === undefined) return { manifests: {}, blobs: blobsOf([bytes]) };
    const image = folder.manifest(`sha256:${digits}`);
    const reference = referrer === undefined ? `${image.digest.replace(":", "-")}${suffix}` : digestOf(bytes);
    const manifests = { [reference]: bytes.toString("base64") };
    return joined(onlyImage(image), { manifests, blobs: {} });
  });
  return joined(...files);
}
