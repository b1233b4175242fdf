import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const PAUSE_MS = 10;
/** A start takes milliseconds; whoever holds the lock for longer than this is stuck. */
const PATIENCE_MS = 5_000;

/** Somebody else goes on holding the lock: `message` is one line that names its file. */
export class LockHeld extends Error {
  override readonly name = "LockHeld";
}

/**
 * Runs `start` while no other process runs one with the same lock file, in a folder that only we and root may write to.
 * Looking at a stale socket, removing it and binding a new one are three steps: two daemons that interleave them would
 * each believe that they are the one being asked. Throws `LockHeld`, or whatever `start` throws.
 */
export async function holdingStartLock<T>(file: string, start: () => Promise<T>): Promise<T> {
  await acquire(file);
  try {
    return await start();
  } finally {
    unlinkSync(file);
  }
}

async function acquire(file: string): Promise<void> {
  const own = `${file}.${process.pid}.${counter++}`;
  const deadline = performance.now() + PATIENCE_MS;
  writeFileSync(own, holderOf(process.pid), { mode: 0o600 });
  try {
    // A link appears with its content in one step, or not at all.
    while (!isLinked(own, file)) {
      if (performance.now() > deadline)
        throw new LockHeld(`${file} is held by another daemon that starts; if there is none, remove it`);
      removeIfAbandoned(file);
      await sleep(PAUSE_MS);
    }
  } finally {
    unlinkSync(own);
  }
}

/** Counts the locks of this process. */
let counter = 0;

function isLinked(own: string, file: string): boolean {
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** A holder that was killed leaves its lock behind. */
function removeIfAbandoned(file: string): void {
  const holder = contentOf(file);
  if (holder === null || isAlive(holder)) return;
  const taken = `${file}.${process.pid}.${counter++}`;
  try {
    renameSync(file, taken);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  // By now the stale lock may have been replaced by that of a live process.
  if (contentOf(taken) !== holder) isLinked(taken, file);
  unlinkSync(taken);
}

function isAlive(holder: string): boolean {
  const pid = Number(/^\d+/.exec(holder)?.[0]);
  return Number.isSafeInteger(pid) && holderOf(pid) === holder;
}

/** A process, told apart from a later one of the same number by when it was started (proc(5), field 22 of stat). */
function holderOf(pid: number): string {
  const stat = contentOf(`/proc/${pid}/stat`) ?? "";
  const started = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  return `${pid} ${started}\n`;
}

/** Null: there is no such file. */
function contentOf(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
