import { RegistryError, type RegistryErrorOptions } from "./error.js";

/** Failures below HTTP by their code in Node.js or undici, in words. */
const UNAVAILABLE: ReadonlyMap<string, string> = new Map([
  ["ECONNREFUSED", "connection refused"],
  ["ENOTFOUND", "host not found"],
  ["EAI_AGAIN", "host not found, the resolver does not answer"],
  ["EHOSTUNREACH", "host unreachable"],
  ["ENETUNREACH", "network unreachable"],
  ["UND_ERR_CLOSED", "the client was closed"],
  ["UND_ERR_DESTROYED", "the client was closed"],
]);
const BROKEN_OFF = new Set(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET", "ERR_STREAM_PREMATURE_CLOSE"]);
const TIMED_OUT = new Set([
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
]);
const MALFORMED = new Set([
  "UND_ERR_HEADERS_OVERFLOW",
  "UND_ERR_RES_CONTENT_LENGTH_MISMATCH",
  // undici's parser takes it for granted that a status is at least 100.
  "ERR_ASSERTION",
]);
const TRANSIENT: RegistryErrorOptions = { transient: true };

/**
 * What a failed request means. `signal` is the request's deadline. Anything that is not a connection failure is
 * returned unchanged: a bug of ours must not look like an unreachable registry.
 */
export function connectionFailure(error: unknown, signal: AbortSignal): unknown {
  if (error instanceof RegistryError) return error;
  if (signal.aborted) return new RegistryError("registry-timeout", "no answer in time");
  // undici means to give these a code, but in 7.30 it is undefined.
  if (error instanceof Error && error.name === "HTTPParserError") {
    return new RegistryError("registry-protocol", "the answer is not valid http");
  }
  const code = codeOf(error);
  if (code === null) return error;
  const words = UNAVAILABLE.get(code);
  if (words !== undefined) return new RegistryError("registry-unavailable", words);
  if (BROKEN_OFF.has(code))
    return new RegistryError("registry-unavailable", "connection broken off", TRANSIENT);
  if (TIMED_OUT.has(code)) return new RegistryError("registry-timeout", "no answer in time");
  if (MALFORMED.has(code)) return new RegistryError("registry-protocol", "the answer is not valid http");
  if (code === "ERR_SSL_WRONG_VERSION_NUMBER" || code === "ERR_SSL_PACKET_LENGTH_TOO_LONG")
    return new RegistryError("registry-unavailable", "no tls is spoken there, but perhaps http");
  if (/CERT|^ERR_(TLS|SSL)|SELF_SIGNED|^UNABLE_TO_|^EPROTO$/.test(code)) {
    return new RegistryError("registry-unavailable", `no trusted tls connection (${code.toLowerCase()})`);
  }
  // What is left of undici's own codes is about arguments: ours.
  if (code.startsWith("UND_ERR_") || code.startsWith("ERR_")) return error;
  return new RegistryError("registry-unavailable", `connection failed (${code.toLowerCase()})`);
}

/** The failure's code; of several addresses tried, the last one's. */
function codeOf(error: unknown): string | null {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors.at(-1));
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === "string" && /^[A-Z0-9_]{1,60}$/.test(code) ? code : null;
}
