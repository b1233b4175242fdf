import type { Measure } from "../bench.js";
import { scaled } from "../figure.js";
import { compare } from "../sampling.js";
import { judgeTypicalImage } from "../signed-image.js";

/** Of a key, before all of its multiples pay. */
const USES = 1000;

/** One judgement of an image with one signature, all evidence at hand: names, JSON, hashes, P-256, identity. */
export const measure: Measure = async function* ({ effort }) {
  const { core, judge } = judgeTypicalImage();
  // As in a daemon that has run for a while: what can be prepared for the key is prepared.
  for (let i = 0; i < USES; i++) judge();
  while (core.idle(1000));
  const [ours] = await compare([judge], effort);
  if (ours === undefined) return;
  yield {
    name: "judge(): typical image",
    unit: "µs",
    ours: scaled(ours, 1000),
    peer: "",
    theirs: null,
    runs: effort.rounds,
  };
};
