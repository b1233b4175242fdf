import type { Measure } from "../bench.js";
import { scaled } from "../figure.js";
import { compare } from "../sampling.js";
import {
  judgeBundledImage,
  judgeManyBadSignatures,
  judgeTypicalImage,
  type TypicalImage,
} from "../signed-image.js";
import { bundlePeer } from "../sigstore-verify.js";

/** Of a key, before all of its multiples pay. */
const USES = 1000;

/** Judgements through the component, all evidence at hand: names, JSON, hashes, P-256, identity. */
export const measure: Measure = async function* ({ effort }) {
  const typical = judgeTypicalImage();
  prepare(typical);
  const [ours] = await compare([typical.judge], effort);
  if (ours === undefined) return;
  const common = { unit: "µs", runs: effort.rounds } as const;
  yield { name: "judge(): typical image", ...common, ours: scaled(ours, 1000), peer: "", theirs: null };

  const bundled = judgeBundledImage();
  prepare(bundled);
  const contenders = [bundled.judge, bundlePeer(bundled.bundle, bundled.key)];
  const [bundle, theirs] = await compare(contenders, effort);
  if (bundle === undefined || theirs === undefined) return;
  yield {
    name: "judge(): the same for a bundle",
    ...common,
    ours: scaled(bundle, 1000),
    peer: "@sigstore/verify",
    theirs: scaled(theirs, 1000),
  };

  // By keys that were never asked before, as an attacker would have it.
  const [bad] = await compare([judgeManyBadSignatures().judge], effort);
  if (bad === undefined) return;
  const name = "judge(): 512 signature checks, none good";
  yield { name, unit: "ms", ours: bad, peer: "", theirs: null, runs: effort.rounds };
};

/** As in a daemon that has run for a while: what can be prepared for the key is prepared. */
function prepare({ core, judge }: TypicalImage): void {
  for (let i = 0; i < USES; i++) judge();
  while (core.idle(1000));
}
