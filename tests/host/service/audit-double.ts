import type { AuditRecord, AuditSink } from "../../../host/service/audit.js";
import type { Fields, Log } from "../../../host/service/log.js";

/** Keeps what it is given. */
export class AuditDouble implements AuditSink {
  readonly records: AuditRecord[] = [];

  write(record: AuditRecord): void {
    this.records.push(record);
  }
}

export interface LogLine {
  readonly level: keyof Log;
  readonly message: string;
  readonly fields: Fields;
}

/** Keeps what it is given. */
export class LogDouble implements Log {
  readonly lines: LogLine[] = [];

  info(message: string, fields: Fields = {}): void {
    this.lines.push({ level: "info", message, fields });
  }

  warn(message: string, fields: Fields = {}): void {
    this.lines.push({ level: "warn", message, fields });
  }

  error(message: string, fields: Fields = {}): void {
    this.lines.push({ level: "error", message, fields });
  }
}
