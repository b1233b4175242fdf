import { NameRefused } from "../core/core.js";
import { ImageError } from "../oci/image-error.js";
import { checkContents, hashOnly } from "../offline/contents.js";
import type { ReadName } from "../offline/image-names.js";
import { type OpenImage, openImage } from "../offline/open-image.js";
import type { AuditSink } from "../service/audit.js";
import type { Measurement } from "../service/measurement.js";
import type { LoadedCore, PolicyState } from "../service/policy-file.js";
import { type Verdict, Verifier } from "../service/verifier.js";
import { LayoutSource } from "../sources/layout-source.js";
import { ByteProgress } from "./byte-progress.js";
import { namedImage } from "./named-image.js";
import type { OfflineWish } from "./offline-options.js";
import { note } from "./output.js";

/**
 * Judges an image in a layout or archive as `name`. Allowed means, besides the policy's acceptance, that everything its
 * manifest leads to was there with the right digest and, if a copy was asked for, that it is written.
 */
export async function verifyOffline(
  wish: OfflineWish,
  name: string,
  state: PolicyState,
  audit: AuditSink,
  options: {
    readonly deadlineMs: number;
    readonly signal: AbortSignal;
    readonly measurement?: Measurement | undefined;
  },
): Promise<Verdict> {
  const { signal, deadlineMs, measurement } = options;
  let opened: OpenImage;
  try {
    opened = await openImage(wish.source, wish.signatures, signal);
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    const nowhere = new Verifier({ policy: () => state, source: new LayoutSource([]), audit });
    return nowhere.refuse(namedImage(name), error.code, error.message);
  }
  const { image, close } = opened;
  let copied: string | null = null;
  const progress = new ByteProgress("checked");
  try {
    const { mediaType, digest, size } = image.descriptor;
    const descriptor = Buffer.from(JSON.stringify({ mediaType, digest, size }));
    const verifier = new Verifier({ policy: () => state, source: image.source, audit, measurement });
    const verdict = await verifier.verify(
      { ...namedImage(name), digest, descriptor },
      {
        signal,
        deadlineMs,
        confirm: async (accepted) => {
          if (accepted.digest !== digest) throw new TypeError("another image was judged");
          // A copy takes no names from its source.
          const names = wish.copy === null && state.kind === "loaded" ? readerOf(state.core) : null;
          const contents = await image.contents(accepted.name, names, signal);
          const watched = { signal, onProgress: progress.show.bind(progress) };
          if (wish.copy === null) await checkContents(contents, hashOnly, watched);
          else copied = await wish.copy.write(contents, accepted.name, watched);
        },
        complete: async () => await wish.copy?.publish(),
      },
    );
    if (verdict.ok && copied !== null && copied !== digest)
      note(
        `the copy's manifest is ${copied}, for the same configuration: the archive's layers are uncompressed`,
      );
    return verdict;
  } finally {
    progress.end();
    await wish.copy?.discard();
    await close();
  }
}

/** Reads names by the core, as it reads the one that is judged. */
function readerOf(core: LoadedCore): (name: string) => ReadName | null {
  return (name) => {
    try {
      return core.explain(namedImage(name)).reference ?? null;
    } catch (error) {
      if (error instanceof NameRefused) return null;
      throw error;
    }
  };
}
