// Images of several platforms, which upstream judges one platform at a time.

import { type Case, isObject } from "./corpus.js";
import { manifestOf, readSignature, type StoredImage, storedImage } from "./image.js";
import { requirementsOf } from "./requirements.js";
import { judgeCase } from "./stricter.js";
import type { Subject } from "./subject.js";

/**
 * Whether an index is accepted as we have it: each requirement is met by the index itself, or by all of its platforms,
 * each judged by itself under the same name. Null for any other image, and where the first platform, which is the one
 * that upstream has judged, is not what upstream says.
 */
export function isIndexAccepted(test: Case, subject: Subject): boolean | null {
  const platforms = platformsOf(test);
  const [first] = platforms;
  const requirements = requirementsOf(test, subject);
  if (first === undefined || judgeCase(test, subject, first, requirements).ok !== test["accept"]) return null;
  const own = storedImage(test, subject);
  return requirements.every((requirement) => {
    const allows = (image: StoredImage) => judgeCase(test, subject, image, [requirement]).ok;
    return allows(own) || platforms.every(allows);
  });
}

function platformsOf(test: Case): StoredImage[] {
  const platforms = Array.isArray(test["platforms"]) ? test["platforms"].filter(isObject) : [];
  return platforms.map((platform) => ({
    ...manifestOf({ id: test.id, ...platform }),
    signatures: Array.isArray(platform["signatures"]) ? platform["signatures"].map(readSignature) : [],
  }));
}
