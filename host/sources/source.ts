import type { Evidence, Request } from "#component/types";

/** A place where images and their signatures can be. */
export interface Source {
  /**
   * Fetches what the core wants: one item, or one for each page of a list. What cannot be fetched is evidence too (`absent`, `unavailable`), so this
   * rejects for mistakes in this program only. The signal is the deadline.
   */
  fetch(request: Request, signal: AbortSignal): Promise<readonly Evidence[]>;
  close(): Promise<void>;
}
