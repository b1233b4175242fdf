import { type ServiceError, status } from "@grpc/grpc-js";

/**
 * The system's error for a connection that failed, such as `connect ECONNREFUSED`, which grpc-js buries in text about
 * itself. Null: the failure was another.
 */
export function connectionFailure({ code, details }: Pick<ServiceError, "code" | "details">): string | null {
  const [refused] = (code === status.UNAVAILABLE && /\bconnect E[A-Z]+\b/.exec(details)) || [];
  if (refused === undefined) return null;
  return refused.endsWith("EACCES") ? `${refused}: it is root's, so ask as root` : refused;
}
