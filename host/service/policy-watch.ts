import { type FSWatcher, statSync, watch } from "node:fs";
import { realpath } from "node:fs/promises";
import { dirname } from "node:path";

import type { PolicyInForce } from "./policy-in-force.js";

/**
 * A change comes as several events, the last of which is waited for, but not for ever: other files may be written
 * there, too.
 */
const SETTLE_MS = 150;
const MOST_SETTLE_MS = 1_000;
/** Not every change is noticed: network file systems say nothing, and a folder may have been replaced itself. */
const POLL_MS = 30_000;
/** Looked for in a millisecond or two, between others' work: a policy may name thousands. */
const FILES_AT_ONCE = 32;

/**
 * Reloads a policy when something changes in a folder of its file or of a file it names. Folders are watched, because a
 * file that is replaced by a rename, as editors and Kubernetes do it, is not the file that was watched. Returns a
 * function that ends the watch.
 */
export function watchPolicy(policy: PolicyInForce): () => void {
  const watchers = new Map<string, FSWatcher>();
  let settling: NodeJS.Timeout | undefined;
  let unsettledSince = 0;

  let hasEnded = false;
  let last: Promise<void> = Promise.resolve();

  const reload = () => {
    last = last.then(async () => {
      // A folder that is watched only from now on may have changed since it was read.
      do await policy.reload();
      while (await watchFolders());
    });
  };
  const changed = () => {
    const now = performance.now();
    if (settling === undefined) unsettledSince = now;
    else if (now - unsettledSince > MOST_SETTLE_MS) return;
    clearTimeout(settling);
    settling = setTimeout(() => {
      settling = undefined;
      reload();
    }, SETTLE_MS);
  };
  /** Whether there are folders that were not watched before. */
  const watchFolders = async () => {
    let more = false;
    const folders = await foldersOf(policy.files);
    if (hasEnded) return false;
    for (const [id, folder] of folders) {
      const watcher = watchers.has(id) ? null : watchFolder(folder, changed);
      if (watcher === null) continue;
      watchers.set(id, watcher);
      more = true;
    }
    for (const [id, watcher] of watchers) {
      if (folders.has(id)) continue;
      watcher.close();
      watchers.delete(id);
    }
    return more;
  };
  last = watchFolders().then(() => {});
  reload();
  const poll = setInterval(reload, POLL_MS);
  return () => {
    hasEnded = true;
    clearInterval(poll);
    clearTimeout(settling);
    for (const watcher of watchers.values()) watcher.close();
  };
}

/** The folders a file can be replaced in, by what they are: its own, and the one its links lead to. */
async function foldersOf(files: readonly string[]): Promise<Map<string, string>> {
  const named = new Set(files.map((file) => dirname(file)));
  for (let at = 0; at < files.length; at += FILES_AT_ONCE) {
    const some = files.slice(at, at + FILES_AT_ONCE);
    // A link to a missing file leads nowhere.
    const real = await Promise.all(some.map((file) => realpath(file).catch(() => file)));
    for (const file of real) named.add(dirname(file));
  }
  const folders = new Map<string, string>();
  for (const folder of named) {
    try {
      // A folder that was replaced by another of its name has to be watched anew.
      folders.set(`${folder} ${statSync(folder).ino}`, folder);
    } catch {
      // It does not exist now.
    }
  }
  return folders;
}

/** Null if it cannot be watched: polling will do. */
function watchFolder(folder: string, changed: () => void): FSWatcher | null {
  try {
    const watcher = watch(folder, changed);
    watcher.on("error", () => watcher.close());
    return watcher;
  } catch {
    return null;
  }
}
