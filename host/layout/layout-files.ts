/** The files of a layout, in a folder or an archive. Paths are relative, with slashes. */
export interface LayoutFiles {
  /** Names of what is directly in a folder; none if there is no such folder. */
  names(folder: string): Promise<readonly string[]>;
  /** Size of a regular file, null if there is no such file. */
  size(path: string): Promise<number | null>;
  /** A file's bytes as they come. */
  stream(path: string, signal: AbortSignal): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** How much is read at a time. */
export const READ_BYTES = 256 * 1024;
