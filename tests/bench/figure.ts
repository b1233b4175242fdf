// One figure of the benchmark, and how it is shown.

import type { Sample } from "./sampling.js";

export interface Figure {
  name: string;
  unit: "µs" | "ms" | "MB";
  ours: Sample;
  /** What it is compared with; empty if with nothing. */
  peer: string;
  /** Null where the peer is not available here. */
  theirs: Sample | null;
  /** What a median is over. */
  runs: number;
}

/** `ratio` above 1 says that ours is the faster, or the smaller. */
export function jsonLine({ name, ours, peer, theirs, unit, runs }: Figure): string {
  return JSON.stringify({
    name,
    ours: round(ours.median),
    peer,
    theirs: theirs === null ? null : round(theirs.median),
    ratio: theirs === null ? null : round(theirs.median / ours.median),
    unit,
    runs,
    oursRange: [round(ours.min), round(ours.max)],
    theirsRange: theirs === null ? null : [round(theirs.min), round(theirs.max)],
  });
}

export function tableRow({ name, ours, peer, theirs, unit, runs }: Figure): string {
  const us = `${shown(ours)} ${unit}`;
  const them =
    peer === "" ? "" : theirs === null ? `${peer}: not available` : `${peer} ${shown(theirs)} ${unit}`;
  const ratio = theirs === null ? "" : `${round(theirs.median / ours.median)}×`;
  return `${name.padEnd(44)}${us.padEnd(30)}${them.padEnd(48)}${ratio.padStart(8)}${`n=${runs}`.padStart(8)}`;
}

function shown({ median, min, max }: Sample): string {
  return `${round(median)} [${round(min)}–${round(max)}]`;
}

/** Three significant digits. */
function round(value: number): number {
  return Number(value.toPrecision(3));
}

/** `sample` in another unit. */
export function scaled({ median, min, max }: Sample, factor: number): Sample {
  return { median: median * factor, min: min * factor, max: max * factor };
}
