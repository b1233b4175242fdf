import { type AuditFile, auditToFile } from "../service/audit.js";
import { UsageError } from "./usage-error.js";

/** The file of `--audit-log`, open for appending. Throws `UsageError` if it cannot be. */
export function auditFile(path: string): AuditFile {
  try {
    return auditToFile(path);
  } catch (error) {
    throw new UsageError(`--audit-log: ${(error as Error).message}`);
  }
}
