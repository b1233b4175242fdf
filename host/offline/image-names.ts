import { ImageError, quote } from "../oci/image-error.js";

/** A reference, read by the core. */
export interface ReadName {
  readonly canonical: string;
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string | undefined;
}

/** Reads a name as the core does for a judgement; null if it is none. */
export type ReadNames = (name: string) => ReadName | null;

/** The names in an archive: a program that loads it gives them to the image. */
export interface GivenNames {
  /** Names of the image. */
  readonly image: readonly string[];
  /** Names of what is beside it: signatures under their tags. */
  readonly beside: readonly string[];
}

/**
 * Refuses names other than the judged one: a program that loads the archive would give the image a name that nobody has
 * judged. If the judged name has a tag, the archive's has to be the same.
 */
export function assertNames({ image, beside }: GivenNames, judged: string, read: ReadNames): void {
  const wanted = read(judged);
  for (const [i, given] of [...image, ...beside].entries()) {
    const name = read(given);
    const isRepository =
      name !== null && name.registry === wanted?.registry && name.repository === wanted.repository;
    const isTag = i >= image.length || wanted?.tag === undefined || name?.tag === wanted.tag;
    if (isRepository && isTag) continue;
    throw new ImageError(
      `the archive calls what is in it ${quote(given)}, which is not ${judged}`,
      "archive-name-mismatch",
    );
  }
}
