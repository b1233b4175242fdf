import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Measure } from "../bench.js";
import { type Figure, single } from "../figure.js";
import { askMany } from "../load.js";
import { startDaemon } from "../stage.js";

const IN_FLIGHT = 8;
const JUDGING = fileURLToPath(new URL("../judging.js", import.meta.url));

/** MB of growth that are a leak. */
const GROWTH_LIMIT = 10;
const START_LIMIT = 110;

/** V8 settles within the first of them: memory is compared with that after as many as these. */
const WARM = 5_000;

/** Resident memory of a daemon of its own, and of a process that judges. Linux only. */
export const measure: Measure = async function* (bench) {
  const { quick } = bench;
  if (process.platform !== "linux") return;
  const stage = await bench.stage();
  const daemon = await startDaemon(stage.policyFile, `${stage.socket}.memory`, stage.uncachedOptions);
  try {
    const socket = `${stage.socket}.memory`;
    const start = residentMemory(daemon.pid ?? 0);
    yield {
      ...figure("daemon: resident memory after start", start, null),
      ...(start > START_LIMIT ? { failure: `it is ${start.toFixed(0)} MB` } : {}),
    };
    const verifications = quick ? 2_000 : 50_000;
    const warm = Math.min(WARM, verifications / 2);
    await askMany(socket, stage.question, { count: warm, inFlight: IN_FLIGHT });
    const before = residentMemory(daemon.pid ?? 0);
    await askMany(socket, stage.question, { count: verifications - warm, inFlight: IN_FLIGHT });
    const after = residentMemory(daemon.pid ?? 0);
    const name = `daemon: resident memory after ${verifications} verifications`;
    yield grown(figure(name, after, before, `after ${warm}`), quick);
  } finally {
    const ended = once(daemon, "exit");
    daemon.kill();
    await ended;
  }

  const judgements = quick ? 20_000 : 1_000_000;
  const judging = fork(JUDGING, [String(judgements)]);
  const [[before, after]] = (await once(judging, "message")) as [[number, number]];
  const name = `resident memory after ${judgements} judge() calls in process`;
  yield grown(figure(name, after, before, "after a tenth"), quick);
};

function figure(name: string, ours: number, theirs: number | null, peer = ""): Figure {
  return {
    name,
    unit: "MB",
    ours: single(ours),
    peer,
    theirs: theirs === null ? null : single(theirs),
    runs: 1,
  };
}

function grown(figure: Figure, quick: boolean): Figure {
  const growth = figure.ours.median - (figure.theirs?.median ?? 0);
  if (quick || growth <= GROWTH_LIMIT) return figure;
  return { ...figure, failure: `it grew by ${growth.toFixed(1)} MB, more than ${GROWTH_LIMIT} MB` };
}

/** MB. */
function residentMemory(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kib === undefined) throw new Error(`/proc/${pid}/status has no VmRSS`);
  return (Number(kib) * 1024) / 1e6;
}
