import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { startDaemon } from "../../support/countersign/daemon.js";
import type { RunningProcess } from "../../support/process.js";
import type { Measure } from "../bench.js";
import type { Figure } from "../figure.js";
import { askMany } from "../load.js";
import { sampleOf } from "../sampling.js";
import type { Stage } from "../stage.js";

const SCOPES = 10_000;
const KEYS = 100;
/** Milliseconds: of what is measured around each reload. */
const AROUND = 400;
const LIMIT = 50;
const RELOADING = fileURLToPath(new URL("../reloading.js", import.meta.url));

/**
 * How long a verification waits at most while the policy is replaced under it, by another of as many scopes. They come one
 * after the other, each asks the registry, and its own time counts: what else the machine is doing counts, too, as the peer
 * shows. And, whatever the machine is doing, for how much work of its own thread one could have waited. Linux only.
 */
export const measure: Measure = async function* (bench) {
  // Each takes seconds.
  const executions = bench.quick ? 2 : bench.executions;
  if (process.platform !== "linux") return;
  const stage = await bench.stage();
  yield await stretches(stage, executions);
  const policy = join(stage.folder, "reloaded.json");
  const write = await policies(stage);
  await write(0, policy);
  const socket = `${stage.socket}.reloaded`;
  await mkdir(join(stage.folder, "audit"));
  const audit = ["--audit-log", join(stage.folder, "audit/reloaded.jsonl")];
  const daemon = await startDaemon(policy, socket, [...stage.uncachedOptions, ...audit]);
  try {
    /** The longest wait while that happens, and a while before and after it. */
    const longestDuring = async (happens: () => Promise<void>): Promise<number> => {
      let over = false;
      const asking = askMany(socket, stage.question, { count: () => over, inFlight: 1 });
      await setTimeout(AROUND);
      await happens();
      await setTimeout(AROUND);
      over = true;
      return Math.max(...(await asking));
    };
    const undisturbed: number[] = [];
    const disturbed: number[] = [];
    await askMany(socket, stage.question, { count: 1_000, inFlight: 1 });
    for (let reload = 1; reload <= executions; reload++) {
      undisturbed.push(await longestDuring(() => setTimeout(AROUND)));
      const next = `${policy}.${reload}`;
      await write(reload, next);
      disturbed.push(
        await longestDuring(async () => {
          await rename(next, policy);
          await reloaded(daemon, reload);
        }),
      );
    }
    const longest = Math.max(...disturbed);
    const usual = Math.max(...undisturbed);
    yield {
      name: "reload of a 10,000-scope policy: longest wait of a verification",
      unit: "ms",
      ours: { ...sampleOf(disturbed), median: longest },
      peer: "without a reload",
      theirs: { ...sampleOf(undisturbed), median: usual },
      runs: executions,
      ...(longest > LIMIT && usual <= LIMIT
        ? { failure: `one waited ${longest.toFixed(0)} ms, more than ${LIMIT} ms` }
        : {}),
    };
  } finally {
    await daemon.stop();
  }
};

async function stretches(stage: Stage, executions: number): Promise<Figure> {
  const write = await policies(stage);
  const paths = Array.from({ length: executions + 1 }, (_, i) => join(stage.folder, `stretch-${i}.json`));
  for (const [i, path] of paths.entries()) await write(i, path);
  const reloading = fork(RELOADING, paths);
  const [ours] = (await once(reloading, "message")) as [number[]];
  const longest = Math.max(...ours);
  return {
    name: "reload of a 10,000-scope policy: longest stretch of work between judgements",
    unit: "ms",
    ours: { ...sampleOf(ours), median: longest },
    peer: "",
    theirs: null,
    runs: executions,
    ...(longest > LIMIT ? { failure: `it is ${longest.toFixed(0)} ms, more than ${LIMIT} ms` } : {}),
  };
}

/** Gives what writes version after version of a policy, all of them with the stage's own requirement. */
async function policies(stage: Stage): Promise<(version: number, path: string) => Promise<void>> {
  const { transports, ...rest } = JSON.parse(await readFile(stage.policyFile, "utf8"));
  const key = await readFile(stage.publicKeyFile);
  const keyPath = (number: number) => join(stage.folder, `team-${number}.pub`);
  for (let number = 0; number < KEYS; number++) await writeFile(keyPath(number), key);
  return async (version, path) => {
    const docker: Record<string, unknown> = { ...transports.docker };
    for (let i = 1; i < SCOPES; i++) {
      const scope = `registry.example/version-${version}/team-${i}`;
      docker[scope] = [{ type: "sigstoreSigned", keyPath: keyPath(i % KEYS) }];
    }
    await writeFile(path, JSON.stringify({ ...rest, transports: { ...transports, docker } }));
  };
}

/** Waits until the daemon has said so often that a policy is in force, after the first one. */
async function reloaded(daemon: RunningProcess, times: number): Promise<void> {
  const said = () => daemon.output.split('"message":"policy in force"').length - 1;
  await daemon.until("the policy is not reloaded", () => said() > times);
}
