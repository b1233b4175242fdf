import { setImmediate } from "node:timers/promises";

import type { Finding, PolicySummary } from "#component/types";
import { PolicyCore } from "../core/core.js";
import { FileRefused, readBoundedFile } from "./bounded-file.js";

const POLICY_LIMIT = 32 * 1024 * 1024;
/** The bound on a CA file. The core, which knows a file's purpose, holds keys to less. */
const NAMED_FILE_LIMIT = 1024 * 1024;

/** Readings of files that are being replaced soon agree; files that keep changing are not a policy. */
const MOST_READINGS = 5;

/** Read in a millisecond or two. */
const FILES_AT_ONCE = 32;

/** A policy's text and the files it names, as they were at one time; null for a file that could not be read. */
export interface PolicyReading {
  readonly policy: Uint8Array;
  readonly files: ReadonlyMap<string, Uint8Array | null>;
}

/**
 * Loads the policy at `path` from a reading that a second one agrees with: a policy and keys that are replaced while
 * they are read must not be mixed. Throws `FileRefused`, `PolicyError` or `CoreFault`.
 */
export function loadAgreed(path: string): { core: PolicyCore; reading: PolicyReading } {
  for (let attempt = 0; attempt < MOST_READINGS; attempt++) {
    const policy = readPolicyFile(path);
    const files = new Map<string, Uint8Array | null>();
    const core = PolicyCore.load(policy, (named) => {
      const content = readNamedFile(named);
      files.set(named, content);
      return content;
    });
    const reading = { policy, files };
    if (isUnchanged(path, reading)) return { core, reading };
  }
  throw new FileRefused(`${path}, or a file it names, keeps changing while it is read`);
}

/** Whether a reading of the same files now has the same bytes. */
export function isUnchanged(path: string, reading: PolicyReading): boolean {
  return comparisons(path, reading).every((isSame) => isSame());
}

/** The same, between others' work: a policy may name thousands of files. */
export async function isStillUnchanged(path: string, reading: PolicyReading): Promise<boolean> {
  for (const [i, isSame] of comparisons(path, reading).entries()) {
    if (i % FILES_AT_ONCE === 0) await setImmediate();
    if (!isSame()) return false;
  }
  return true;
}

function comparisons(path: string, { policy, files }: PolicyReading): (() => boolean)[] {
  const named = [...files].map(
    ([file, content]) =>
      () =>
        areEqual(content, readNamedFile(file)),
  );
  return [() => isSamePolicy(path, policy), ...named];
}

function isSamePolicy(path: string, policy: Uint8Array): boolean {
  try {
    return areEqual(policy, readPolicyFile(path));
  } catch (error) {
    if (error instanceof FileRefused) return false;
    throw error;
  }
}

/** A file that could be read before and cannot be now; null if there is none. */
export function lostFile(before: PolicyReading, now: PolicyReading): string | null {
  for (const [named, content] of now.files) {
    if (content === null && (before.files.get(named) ?? null) !== null) return named;
  }
  return null;
}

/** The text of a policy. Throws `FileRefused`. */
export function readPolicyFile(path: string): Uint8Array {
  return readBoundedFile(path, POLICY_LIMIT);
}

/** A file a policy names; null if it cannot be read, which the core reports and denies by. */
export function readNamedFile(path: string): Uint8Array | null {
  try {
    return readBoundedFile(path, NAMED_FILE_LIMIT);
  } catch (error) {
    if (error instanceof FileRefused) return null;
    throw error;
  }
}

/** Findings of the core, which does not see why a file was not there for it, with which file it is and why. */
export function explainUnreadable({ findings, keys }: Pick<PolicySummary, "findings" | "keys">): Finding[] {
  return findings.map((finding) => {
    const file = keys.find(({ path }) => path === finding.path)?.file;
    if (finding.id !== "key-unreadable" || file === undefined || file === "") return finding;
    return { ...finding, message: whyUnreadable(file) ?? finding.message };
  });
}

/** Null for a file that can be read, by now. */
function whyUnreadable(path: string): string | null {
  try {
    readBoundedFile(path, NAMED_FILE_LIMIT);
    return null;
  } catch (error) {
    if (error instanceof FileRefused) return error.message;
    throw error;
  }
}

function areEqual(a: Uint8Array | null, b: Uint8Array | null): boolean {
  if (a === null || b === null) return a === b;
  return Buffer.compare(a, b) === 0;
}
