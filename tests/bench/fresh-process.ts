import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type Sample, sampleOf } from "./sampling.js";

/** What a program of this folder sends, in a fresh process each time. */
export async function timeFresh(program: string, runs: number): Promise<Sample> {
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    const child = fork(fileURLToPath(new URL(program, import.meta.url)));
    const [time] = (await once(child, "message")) as [number];
    times.push(time);
    await once(child, "exit");
  }
  return sampleOf(times);
}
