import type { Evidence, Request } from "#component/types";

/** Where one inquiry gets its evidence. */
export interface EvidencePlace {
  /**
   * Fetches what the core wants: one item, or one for each page of a list. What cannot be fetched is evidence too (`absent`, `unavailable`), so this
   * rejects for mistakes in this program only. The signal is the deadline.
   */
  fetch(request: Request, signal: AbortSignal): Promise<readonly Evidence[]>;
  /**
   * Where to ask again if the evidence from here did not suffice: at places nearer to the origin. Null if there are
   * none.
   */
  beyond?(): EvidencePlace | null;
}

/** A place where images and their signatures can be. */
export interface Source extends EvidencePlace {
  /** A source for one inquiry, if earlier answers make a difference to later ones; else this source itself. */
  begin?(): EvidencePlace;
  close(): Promise<void>;
}
