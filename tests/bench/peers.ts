import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { findPeers, type Peers } from "../support/peers/peers.js";

const FOLDER = fileURLToPath(new URL("../../../.cache/peers", import.meta.url));

let found: Peers | { readonly unavailable: string } | undefined;

/** The real peers where they were fetched before, else null, and says so: a benchmark downloads nothing. */
export function peersAtHand(): Peers | null {
  if (found === undefined) {
    found = existsSync(FOLDER)
      ? findPeers()
      : { unavailable: 'the real peers were not fetched: "node scripts/peers.mjs" does' };
    if ("unavailable" in found)
      process.stderr.write(`bench: ${found.unavailable}; what takes them is NOT MEASURED\n`);
  }
  return "bin" in found ? found : null;
}
