import { type ServiceError, status } from "@grpc/grpc-js";

/**
 * What the system says of a connection that failed, such as `connect ECONNREFUSED`: grpc-js puts that into many words about its
 * own doings. Null: it was not for that.
 */
export function connectionFailure({ code, details }: Pick<ServiceError, "code" | "details">): string | null {
  const [refused] = (code === status.UNAVAILABLE && /\bconnect E[A-Z]+\b/.exec(details)) || [];
  if (refused === undefined) return null;
  return refused.endsWith("EACCES") ? `${refused}: it is root's, so ask as root` : refused;
}
