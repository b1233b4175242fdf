import { resolve } from "node:path";

import type { Log } from "../service/log.js";
import type { VerdictAges } from "../service/verdict-cache.js";
import { BlobStore, StoreRefused } from "../sources/blob-store.js";
import type { Source } from "../sources/source.js";
import { SourceWithStore } from "../sources/source-with-store.js";
import type { Given } from "./command.js";
import { wholeNumber } from "./numbers.js";
import { UsageError } from "./usage-error.js";

const DAY_S = 24 * 60 * 60;
const DEFAULTS = { accepted: 300, denied: 5, blobs: 64 };
/** Longer, and a denial would outlive its cause: a signature that arrives a moment after its image. */
const MOST_DENIED_S = 60;
const MOST_BLOBS_MB = 100_000;

export const CACHE_OPTIONS = {
  "cache-accepted": {
    type: "string",
    value: "SECONDS",
    help: `how long an acceptance is cached; 0: not at all (default: ${DEFAULTS.accepted})`,
  },
  "cache-denied": {
    type: "string",
    value: "SECONDS",
    help: `how long a denial is cached, at most ${MOST_DENIED_S} (default: ${DEFAULTS.denied})`,
  },
  "blob-cache": {
    type: "string",
    value: "DIR",
    help: "keep signature blobs on disk there (default: systemd's $CACHE_DIRECTORY, otherwise nowhere)",
  },
  "blob-cache-size": {
    type: "string",
    value: "MB",
    help: `largest size of the blob cache (default: ${DEFAULTS.blobs})`,
  },
} as const;

type Values = Given<typeof CACHE_OPTIONS>["values"];

/** How long verdicts are cached. Throws `UsageError`. */
export function verdictAges(values: Values): VerdictAges {
  return {
    acceptedMs: 1000 * seconds("cache-accepted", values["cache-accepted"], DEFAULTS.accepted, DAY_S),
    deniedMs: 1000 * seconds("cache-denied", values["cache-denied"], DEFAULTS.denied, MOST_DENIED_S),
  };
}

/**
 * `source`, with its blobs kept in the folder that the options or systemd name; `source` itself if there is none.
 * Throws `UsageError`.
 */
export async function withBlobCache(values: Values, source: Source, log: Log): Promise<Source> {
  const size = values["blob-cache-size"];
  const folder = values["blob-cache"] ?? (process.env["CACHE_DIRECTORY"] || undefined);
  const megabytes = size === undefined ? DEFAULTS.blobs : wholeNumber("blob-cache-size", size, MOST_BLOBS_MB);
  if (folder === undefined) {
    if (size !== undefined) throw new UsageError("--blob-cache-size needs --blob-cache");
    return source;
  }
  try {
    const store = await BlobStore.open(resolve(folder), megabytes * 1_000_000, (message) =>
      log.warn(message),
    );
    return new SourceWithStore(source, store);
  } catch (error) {
    if (error instanceof StoreRefused) throw new UsageError(`--blob-cache: ${error.message}`);
    throw error;
  }
}

function seconds(option: string, given: string | undefined, otherwise: number, most: number): number {
  if (given === undefined) return otherwise;
  const number = /^\d+$/.test(given) ? Number(given) : Number.NaN;
  if (number <= most) return number;
  throw new UsageError(`--${option}: ${JSON.stringify(given)} is not a whole number from 0 to ${most}`);
}
