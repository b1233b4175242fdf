import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { findPeers, type Peers } from "../support/peers/peers.js";

const FOLDER = fileURLToPath(new URL("../../../.cache/peers", import.meta.url));

/** The real peers where they were fetched before, else null: a benchmark downloads nothing. */
export function peersAtHand(): Peers | null {
  if (!existsSync(FOLDER)) return null;
  const peers = findPeers();
  return "bin" in peers ? peers : null;
}
