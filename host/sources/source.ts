import type { Evidence, Request } from "#component/types";

/** Where one inquiry gets its evidence. */
export interface EvidencePlace {
  /**
   * Fetches what the core wants: one item, or one for each page of a list. What cannot be fetched is evidence too (`absent`, `unavailable`), so this
   * rejects for mistakes in this program only. The signal is the deadline.
   */
  fetch(request: Request, signal: AbortSignal): Promise<readonly Evidence[]>;
  /**
   * Where to ask anew when what came from here did not suffice: at places nearer to the origin than those that gave it. Null if there
   * are none.
   */
  beyond?(): EvidencePlace | null;
}

/** A place where images and their signatures can be. */
export interface Source extends EvidencePlace {
  /** For one inquiry, where what was asked before makes a difference; the source itself unless there is one. */
  begin?(): EvidencePlace;
  close(): Promise<void>;
}
