import type { Descriptor } from "../oci/descriptor.js";
import type { Source } from "../sources/source.js";
import type { Contents } from "./contents.js";
import type { ReadNames } from "./image-names.js";

/** An image that is judged in a layout or archive, without a network. */
export interface OfflineImage {
  /** What is judged: the manifest or index that the place leads to. Nothing vouches for it yet. */
  readonly descriptor: Descriptor;
  /** Where its manifest and signatures are. */
  readonly source: Source;
  /**
   * Everything that the manifest leads to, to be checked once it is accepted. `judged` is the name it was accepted by;
   * with `names`, the place may give it no other name. Rejects with an `ImageError` if the place holds anything but
   * that image and its signatures, or not all of it.
   */
  contents(judged: string, names: ReadNames | null, signal: AbortSignal): Promise<Contents>;
}
