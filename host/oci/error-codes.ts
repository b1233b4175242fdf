/** What an OCI error code may look like here; anything else in its place is foreign text. */
const CODE = /^[A-Z_]{1,40}$/;
const MAX_CODES = 4;

/**
 * The codes of an OCI error body, `{"errors":[{"code":"MANIFEST_UNKNOWN",…}]}`; empty for any other body.
 * Messages and details are never read: a registry could write anything there, credentials included.
 */
export function readErrorCodes(body: Uint8Array): string[] {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder().decode(body));
  } catch {
    return [];
  }
  const errors = (document as { errors?: unknown } | null)?.errors;
  if (!Array.isArray(errors)) return [];
  return errors
    .map((error: { code?: unknown } | null) => error?.code)
    .filter((code): code is string => typeof code === "string" && CODE.test(code))
    .slice(0, MAX_CODES);
}
