import type { Descriptor } from "../oci/descriptor.js";
import type { Manifest } from "../oci/manifest.js";
import { verified } from "../oci/verified.js";

/** Some content that has to have a digest. */
export interface Piece {
  readonly descriptor: Pick<Descriptor, "digest" | "size">;
  /** What an error calls the place it is in. */
  readonly where: string;
  /** The bytes as they are there, unchecked. */
  open(signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** Everything that a manifest leads to. */
export interface Contents {
  /**
   * Checked, in memory; the last leads to the others: the judged one or, if its layers are uncompressed, one in its
   * place.
   */
  readonly manifests: readonly Manifest[];
  /** Each once. */
  readonly pieces: readonly Piece[];
}

/** Called with the number of bytes checked, and of all bytes. */
export type OnProgress = (bytes: number, total: number) => void;

/** A piece's bytes, checked as they come: the last of them only when digest and size are right. */
export function checkedBytes(
  { descriptor, where, open }: Piece,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  return verified(descriptor, open(signal), where);
}

/**
 * Has `use` read every piece to its end, one after the other. Rejects with an `ImageError` for the first that does not
 * match its digest and size.
 */
export async function checkContents(
  { pieces }: Contents,
  use: (piece: Piece, bytes: () => AsyncIterable<Uint8Array>) => Promise<void>,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: OnProgress },
): Promise<void> {
  const total = pieces.reduce((sum, { descriptor }) => sum + descriptor.size, 0);
  let bytes = 0;
  const counted = async function* (piece: Piece) {
    for await (const chunk of checkedBytes(piece, signal)) {
      signal.throwIfAborted();
      bytes += chunk.length;
      onProgress(bytes, total);
      yield chunk;
    }
  };
  for (const piece of pieces) await use(piece, () => counted(piece));
}

/** Reads a piece and keeps nothing of it. */
export async function hashOnly(_piece: Piece, bytes: () => AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of bytes());
}
