import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { executeAsContainerd, installPlugin } from "../../support/countersign/plugin.js";
import { findPeers } from "../../support/peers/peers.js";
import { finish } from "../../support/process.js";
import type { Measure } from "../bench.js";
import { type Contender, compare } from "../sampling.js";
import type { Stage } from "../stage.js";

const PEERS = fileURLToPath(new URL("../../../../.cache/peers", import.meta.url));

/** From executing the plugin, as containerd does, to its verdict; beside `cosign verify` of the same image. */
export const measure: Measure = async function* (bench) {
  const stage = await bench.stage();
  const plugin = await installPlugin(join(stage.folder, "bin"), stage.socket);
  const contenders: Contender[] = [
    async () => {
      const { status, stdout } = await executeAsContainerd(plugin, stage.question);
      if (status !== 0) throw new Error(`the plugin denies: ${stdout}`);
    },
  ];
  const cosign = findCosign();
  if (cosign !== null)
    contenders.push(async () => {
      const { status, stderr } = await finish(cosign, cosignArguments(stage));
      if (status !== 0) throw new Error(`cosign refuses: ${stderr}`);
    });
  const [ours, theirs = null] = await compare(contenders, { rounds: bench.executions, turnMs: 0 });
  if (ours === undefined) return;
  const name = "plugin, whole process, nothing cached, loopback registry";
  yield { name, unit: "ms", ours, peer: "cosign verify", theirs, runs: bench.executions };
};

/** Only where the peers were fetched before: a benchmark downloads nothing. */
function findCosign(): string | null {
  if (!existsSync(PEERS)) return null;
  const peers = findPeers();
  return "bin" in peers ? join(peers.bin, "cosign") : null;
}

function cosignArguments({ publicKeyFile, byDigest }: Stage): string[] {
  return ["verify", "--key", publicKeyFile, "--insecure-ignore-tlog", byDigest];
}
