// One figure of the benchmark, and how it is shown.

import type { Sample } from "./sampling.js";

/** Of those per second more is better, of all others less. */
export type Unit = "µs" | "ms" | "MB" | "KB" | "MB/s" | "/s";

export interface Figure {
  name: string;
  unit: Unit;
  ours: Sample;
  /** What it is compared with; empty if with nothing. */
  peer: string;
  /** Null where the peer is not available here. */
  theirs: Sample | null;
  /** What a median is over. */
  runs: number;
  /** What makes the whole run fail, in a sentence. */
  failure?: string;
}

/** `ratio` above 1 says that ours is the faster, or the smaller. */
export function jsonLine(figure: Figure): string {
  const { name, ours, peer, theirs, unit, runs } = figure;
  return JSON.stringify({
    name,
    ours: round(ours.median),
    peer,
    theirs: theirs === null ? null : round(theirs.median),
    ratio: ratioOf(figure),
    unit,
    runs,
    oursRange: [round(ours.min), round(ours.max)],
    theirsRange: theirs === null ? null : [round(theirs.min), round(theirs.max)],
  });
}

export function tableRow(figure: Figure): string {
  const { name, ours, peer, theirs, unit, runs } = figure;
  const us = `${shown(ours)} ${unit}`;
  const them =
    peer === "" ? "" : theirs === null ? `${peer}: not available` : `${peer} ${shown(theirs)} ${unit}`;
  const ratio = ratioOf(figure);
  const times = ratio === null ? "" : `${ratio}×`;
  return `${`${name} `.padEnd(80)}${us.padEnd(30)}${them.padEnd(46)}${times.padStart(8)}${`n=${runs}`.padStart(8)}`;
}

function ratioOf({ ours, theirs, unit }: Figure): number | null {
  if (theirs === null) return null;
  return round(unit.endsWith("/s") ? ours.median / theirs.median : theirs.median / ours.median);
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

/** Work done per unit of time, from the time of one piece. */
export function rate({ median, min, max }: Sample, pieces: number): Sample {
  return { median: pieces / median, min: pieces / max, max: pieces / min };
}

/** What was measured once. */
export function single(value: number): Sample {
  return { median: value, min: value, max: value };
}
