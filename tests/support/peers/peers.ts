import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout, seen from dist/tests/support/peers. */
const ROOT = fileURLToPath(new URL("../../../..", import.meta.url));

/** The real programs that scripts/peers.mjs fetches. */
export interface Peers {
  /** The folder of containerd, ctr, cosign, crane, docker-registry and skopeo. */
  readonly bin: string;
  /** By Debian package. */
  readonly versions: Readonly<Record<string, string>>;
}

/** The real peers, fetched if need be; or why they cannot be had here. */
export function findPeers(): Peers | { readonly unavailable: string } {
  const { stdout, stderr } = spawnSync(process.execPath, [join(ROOT, "scripts/peers.mjs"), "--json"], {
    encoding: "utf8",
  });
  if (stdout === "") throw new Error(`scripts/peers.mjs failed: ${stderr}`);
  return JSON.parse(stdout);
}
