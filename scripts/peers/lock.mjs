// peers.lock.json: by suite and package, the version the tests were last seen to pass with and its SHA-256.
// A suite in development drops old versions, so a newer one is used and said; it becomes the locked one on request.
import { readFile, writeFile } from "node:fs/promises";

import { Failure, say } from "../command.mjs";

const LOCK = "scripts/peers.lock.json";

export async function readLock() {
  return JSON.parse(await readFile(LOCK, "utf8"));
}

/** `lock`: by suite and package, `{version, sha256}`. */
export async function writeLock(lock) {
  const text = JSON.stringify(lock, (key, value) => (key === "file" ? undefined : value), 2);
  await writeFile(LOCK, `${text}\n`);
}

/** The same version with other bytes is somebody's doing; another version is the suite moving on. */
export function assertLocked(locked, fetched) {
  for (const [name, { version, sha256 }] of Object.entries(fetched)) {
    const known = locked?.[name];
    if (known?.version !== version) {
      say(`${name} is ${version} today, ${known?.version ?? "not there"} in ${LOCK}`);
    } else if (known.sha256 !== sha256) {
      throw new Failure(`${name} ${version} has SHA-256 ${sha256}, but ${LOCK} says ${known.sha256}`);
    }
  }
}
