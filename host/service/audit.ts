import { closeSync, constants, fstatSync, openSync, writeSync } from "node:fs";

import { jsonLine } from "./one-line.js";
import type { Durations } from "./stopwatch.js";
import type { Verdict } from "./verdict.js";

/** One judgement, as it is kept. */
export interface AuditRecord {
  /** RFC 3339, in UTC, when the judgement was given. */
  readonly time: string;
  /** As it was asked for. */
  readonly name: string;
  /** The image that was judged or, if that is not known, the one that was asked about. */
  readonly digest: string;
  readonly ok: boolean;
  readonly code: string;
  readonly reason: string;
  readonly scope: string;
  readonly transport: string;
  readonly policyDigest: string;
  /** SHA-256 of the signer's SPKI DER in hex; null when there is none. */
  readonly signer: string | null;
  readonly durations: Durations;
  /** Whether it repeats a judgement that was given before. */
  readonly cached: boolean;
}

/** Where records go. A sink may throw: the verdict stands, and the loss is logged. */
export interface AuditSink {
  write(record: AuditRecord): void;
}

/**
 * Longest name or digest that is kept, in characters: an image with a longer one is denied, and must not fill the disk.
 */
const TEXT_LIMIT = 1024;

export function auditRecord(
  asked: { readonly name: string; readonly digest: string },
  verdict: Verdict,
  time: Date,
): AuditRecord {
  return {
    time: time.toISOString(),
    name: kept(asked.name),
    digest: kept(verdict.digest || asked.digest),
    ok: verdict.ok,
    code: verdict.code,
    reason: verdict.reason,
    scope: verdict.scope,
    transport: verdict.transport,
    policyDigest: verdict.policyDigest,
    signer: verdict.signer ?? null,
    durations: verdict.durations,
    cached: verdict.cached,
  };
}

function kept(text: string): string {
  return text.length <= TEXT_LIMIT ? text : `${text.slice(0, TEXT_LIMIT)}…`;
}

/** One JSON line a record. */
export function auditToStream(stream: NodeJS.WritableStream): AuditSink {
  return { write: (record) => void stream.write(jsonLine(record)) };
}

/** Writes to each sink, even if another fails; throws the first failure. */
export function allSinks(...sinks: readonly AuditSink[]): AuditSink {
  return {
    write: (record) => {
      const failures: unknown[] = [];
      for (const sink of sinks) {
        try {
          sink.write(record);
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}

/** An audit file that is open. */
export interface AuditFile extends AuditSink {
  /**
   * Reopens the path after a rotation has renamed the file. Throws if it cannot, and goes on with the file that is
   * open.
   */
  reopen(): void;
  close(): void;
}

/**
 * Appends one JSON line a record to a file, made with mode 0600 where there is none. Throws for anything but a regular
 * file: a pipe without a reader would make every judgement wait.
 */
export function auditToFile(path: string): AuditFile {
  let file = openAuditFile(path);
  return {
    write: (record) => void writeSync(file, jsonLine(record)),
    reopen: () => {
      const before = file;
      file = openAuditFile(path);
      closeSync(before);
    },
    close: () => closeSync(file),
  };
}

function openAuditFile(path: string): number {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK, O_NOFOLLOW } = constants;
  const file = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOFOLLOW, 0o600);
  if (!fstatSync(file).isFile()) {
    closeSync(file);
    throw new Error(`${path} is not a regular file`);
  }
  return file;
}
