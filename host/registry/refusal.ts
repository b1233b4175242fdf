import { readErrorCodes } from "../oci/error-codes.js";
import { type Response, readExplanation } from "./body.js";
import type { Clock } from "./clock.js";
import { RegistryError } from "./error.js";
import { retryAfter } from "./retry.js";

const NOT_THERE = new Set(["MANIFEST_UNKNOWN", "NAME_UNKNOWN", "BLOB_UNKNOWN"]);
/** 500 too: the distribution registry says so of a tag that is being written at that moment. */
const TRANSIENT = new Set([500, 502, 503, 504]);

/**
 * Of a manifest whose blobs have just been written: the distribution registry says so while somebody else writes one of the
 * same blobs, such as the empty configuration of all bundles.
 */
const BLOB_IN_MOTION = "MANIFEST_BLOB_UNKNOWN";

/** What a status other than 200 means: null for "there is no such thing", else why we do not know. */
export async function readRefusal(
  status: number,
  response: Response,
  who: string,
  clock: Clock,
): Promise<RegistryError | null> {
  const codes = readErrorCodes(await readExplanation(response));
  // Registries say "not there" by 404 with every code imaginable, and some by 400 or 403 with the right one.
  const refused = status === 401 || status === 429;
  if (
    status === 404 ||
    (status >= 400 && status < 500 && !refused && codes.some((code) => NOT_THERE.has(code)))
  )
    return null;
  return failureOf(status, codes, response, who, clock);
}

/** Why a request was refused for which "there is no such thing" is no answer. */
export async function readFailure(
  status: number,
  response: Response,
  who: string,
  clock: Clock,
): Promise<RegistryError> {
  return failureOf(status, readErrorCodes(await readExplanation(response)), response, who, clock);
}

function failureOf(
  status: number,
  codes: readonly string[],
  response: Response,
  who: string,
  clock: Clock,
): RegistryError {
  const detail = `${who} answered ${[status, ...codes].join(" ")}`;
  if (status === 401 || status === 403) return new RegistryError("registry-unauthorized", detail);
  if (status === 429) return new RegistryError("registry-rate-limited", detail, retryAfter(response, clock));
  if (TRANSIENT.has(status))
    return new RegistryError("registry-unavailable", detail, retryAfter(response, clock));
  const transient = codes.includes(BLOB_IN_MOTION);
  return new RegistryError(status >= 500 ? "registry-unavailable" : "registry-protocol", detail, {
    transient,
  });
}
