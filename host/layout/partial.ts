import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { ImageError } from "../oci/image-error.js";

const PARTIAL = /^\.partial-([1-9][0-9]{0,9})-/;
const ATTEMPTS = 100;

/** A new name for a file being written, in the layout's own folder: from there it can be renamed to anywhere below. */
export function partialName(): string {
  return `.partial-${process.pid}-${randomUUID()}`;
}

/** Whether a file is one being written; `left` if the process that wrote it has gone. */
export function isPartial(name: string): "busy" | "left" | null {
  const pid = Number(PARTIAL.exec(name)?.[1] ?? 0);
  if (pid === 0) return null;
  return isRunning(pid) ? "busy" : "left";
}

/**
 * Replaces a file by what is made of it. Another writer's change in between is seen and built upon, but for those
 * between the last look and the rename, a few microseconds: whoever cannot lose a change reads again.
 */
export function replaceFile(path: string, change: (before: Buffer) => Uint8Array): void {
  const partial = join(dirname(path), partialName());
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const before = readFileSync(path);
    const after = change(before);
    if (before.equals(after)) return;
    try {
      writeDurably(partial, after);
      if (readFileSync(path).equals(before)) {
        renameSync(partial, path);
        return;
      }
    } finally {
      rmSync(partial, { force: true });
    }
  }
  throw new ImageError(`${path} is being changed by others all the time`);
}

function writeDurably(path: string, bytes: Uint8Array): void {
  const file = openSync(path, "wx");
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
