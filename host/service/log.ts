import { jsonLine } from "./one-line.js";

/** The fields of a line in the diagnostics log, besides its message. Never a secret. */
export type Fields = Readonly<Record<string, string | number | boolean>>;

/** The diagnostics log, for whoever runs the service. Judgements go to the audit record instead. */
export interface Log {
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}

/** One JSON object a line: `time` (RFC 3339), `level`, `message`, then the fields. */
export function jsonLog(stream: NodeJS.WritableStream = process.stderr): Log {
  const line = (level: keyof Log) => (message: string, fields?: Fields) => {
    stream.write(jsonLine({ time: new Date().toISOString(), level, message, ...fields }));
  };
  return { info: line("info"), warn: line("warn"), error: line("error") };
}
