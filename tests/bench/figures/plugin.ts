import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { installPlugin } from "../../support/countersign/plugin.js";
import type { Measure } from "../bench.js";
import { type Execution, timeProcesses } from "../launcher.js";
import { askMany } from "../load.js";
import { peersAtHand } from "../peers.js";
import type { Stage } from "../stage.js";

/** The plugin from its execution to its end, as containerd executes it. */
export const measure: Measure = async function* (bench) {
  const { executions } = bench;
  const stage = await bench.stage();
  const input = join(stage.folder, "descriptor.json");
  await writeFile(input, `${stage.question.descriptor}\n`);
  const plugin = async (name: string, socket: string, choice?: "on-node"): Promise<Execution> => {
    const program = await installPlugin(join(stage.folder, name), socket, choice);
    return { program, args: containerdArguments(stage), input, perTurn: choice === undefined ? 20 : 1 };
  };
  const cached = [
    await plugin("cached", stage.caching.socket),
    await plugin("cached-on-node", stage.caching.socket, "on-node"),
  ];
  const [native, onNode = null] = (await timeProcesses(stage.folder, cached, executions)) ?? [];
  if (native === undefined) return;
  yield {
    name: "plugin, whole process, verdict from the daemon's cache",
    unit: "ms",
    ours: native,
    peer: "the plugin on Node.js",
    theirs: onNode,
    runs: executions,
  };

  // As of a daemon that has run for a while; the registry, which is in this process, is asked by both contenders.
  await askMany(stage.socket, stage.question, { count: 500, inFlight: 1 });
  const peers = peersAtHand();
  const contenders: Execution[] = [{ ...(await plugin("uncached", stage.socket)), perTurn: 5 }];
  if (peers !== null)
    contenders.push({
      program: join(peers.bin, "cosign"),
      args: cosignArguments(stage),
      input: "/dev/null",
      perTurn: 5,
    });
  const [ours, theirs = null] = (await timeProcesses(stage.folder, contenders, executions)) ?? [];
  if (ours === undefined) return;
  const name = "plugin, whole process, nothing cached, loopback registry";
  yield { name, unit: "ms", ours, peer: "cosign verify", theirs, runs: executions };
};

function containerdArguments({ question }: Stage): string[] {
  const mediaType = "application/vnd.oci.descriptor.v1+json";
  return ["-name", question.name, "-digest", question.digest, "-stdin-media-type", mediaType];
}

function cosignArguments({ publicKeyFile, byDigest }: Stage): string[] {
  return ["verify", "--key", publicKeyFile, "--insecure-ignore-tlog", byDigest];
}
