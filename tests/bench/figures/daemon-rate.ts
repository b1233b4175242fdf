import type { Measure } from "../bench.js";
import { rate } from "../figure.js";
import { askMany } from "../load.js";
import { compare } from "../sampling.js";

const IN_FLIGHT = 8;

/** Questions the daemon answers in a second, asked over one connection. */
export const measure: Measure = async function* (bench) {
  const { quick, effort } = bench;
  const stage = await bench.stage();
  const rates = [
    { name: "cached", socket: stage.caching.socket, count: quick ? 2_000 : 10_000 },
    { name: "uncached", socket: stage.socket, count: quick ? 100 : 500 },
  ];
  for (const { name, socket, count } of rates) {
    const ask = () => askMany(socket, stage.question, { count, inFlight: IN_FLIGHT });
    await ask();
    const [ours] = await compare([ask], { rounds: effort.rounds, turnMs: 0 });
    if (ours === undefined) return;
    yield {
      name: `daemon: ${name} VerifyImage calls, ${IN_FLIGHT} in flight`,
      unit: "/s",
      ours: rate(ours, count * 1000),
      peer: "",
      theirs: null,
      runs: effort.rounds,
    };
  }
};
