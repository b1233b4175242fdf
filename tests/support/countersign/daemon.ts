import type { AuditRecord } from "../../../host/service/audit.js";
import { RunningProcess } from "../process.js";
import { MAIN } from "./cli.js";

/** Starts `countersign serve`, with further `options` and variables, as a process of its own; it answers on `socket`. */
export function startDaemon(
  policyFile: string,
  socket: string,
  options: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<RunningProcess> {
  const args = [MAIN, "serve", "--policy", policyFile, "--socket", socket, ...options];
  const answers = ({ output }: RunningProcess) => /^listening on /m.test(output);
  return RunningProcess.start(process.execPath, args, answers, { ...process.env, ...env });
}

/**
 * What the daemon last wrote to its audit log, which is its standard error, about the image asked for as `name`. `from`:
 * only what it wrote after so many characters.
 */
export function auditRecord(daemon: RunningProcess, name: string, from = 0): AuditRecord | undefined {
  return auditRecords(daemon, from).findLast((record) => record.name === name);
}

/** Everything it wrote there; its other lines have no code. */
export function auditRecords(daemon: RunningProcess, from = 0): AuditRecord[] {
  const lines = daemon.output
    .slice(from)
    .split("\n")
    .filter((line) => line.startsWith("{") && line.endsWith("}"));
  const records: AuditRecord[] = lines.map((line) => JSON.parse(line));
  return records.filter(({ code, durations }) => code !== undefined && durations !== undefined);
}
