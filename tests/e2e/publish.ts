import { makeImage } from "../support/image.js";
import { pushOverHttp, pushSignatureOverHttp } from "../support/peers/content.js";
import { type SigningKey, signLegacy } from "../support/sign.js";

/** Who signs an image, and under which name. */
export interface Signing {
  readonly key: SigningKey;
  /** Registry and repository. */
  readonly as: string;
}

/** Pushes an image made from its repository's name as `HOST/REPOSITORY:1`, signed or not; its digest. */
export async function publish(host: string, repository: string, signing: Signing | null): Promise<string> {
  const image = makeImage({ seed: repository });
  await pushOverHttp(host, repository, image, "1");
  if (signing !== null) {
    const { privateKey } = signing.key;
    const wish = { privateKey, dockerReference: signing.as, manifestDigest: image.digest };
    await pushSignatureOverHttp(host, repository, image.digest, signLegacy(wish));
  }
  return image.digest;
}
