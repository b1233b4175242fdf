import type { AuditRecord, AuditSink } from "./audit.js";

/** Of about 2 KiB each at most. */
const REMEMBERED = 512;

/** The last judgements, for whoever asks what became of a pull. */
export class RecentRecords implements AuditSink {
  readonly #records: AuditRecord[] = [];

  write(record: AuditRecord): void {
    if (this.#records.length >= REMEMBERED) this.#records.shift();
    this.#records.push(record);
  }

  /** Those about a name, as it was asked for; the oldest first. */
  on(name: string): readonly AuditRecord[] {
    return this.#records.filter((record) => record.name === name);
  }
}
