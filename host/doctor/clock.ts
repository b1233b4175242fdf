import { existsSync } from "node:fs";

import { type Finding, ok, warning } from "./finding.js";

/** Where systemd-timesyncd and chrony say that the clock was set. */
const SYNCHRONIZED = [
  "/run/systemd/timesync/synchronized",
  "/run/chrony/chronyd.pid",
  "/var/lib/chrony/drift",
];
/** More than certificates tolerate. */
const MOST_APART_MS = 5 * 60_000;

/**
 * Whether the clock, by which certificates and logs are judged, can be believed. `elsewhere`: a registry's clock, in
 * milliseconds.
 */
export function clockFinding(now: number, elsewhere: number | null): Finding {
  if (elsewhere !== null && Math.abs(now - elsewhere) > MOST_APART_MS) {
    return warning(
      "clock",
      `the clock is ${Math.round(Math.abs(now - elsewhere) / 60_000)} minutes from the registry's`,
      "expired certificates may count, or valid ones may not",
      "set it: systemctl enable --now systemd-timesyncd",
    );
  }
  if (elsewhere !== null || SYNCHRONIZED.some((path) => existsSync(path))) {
    return ok("clock", `${new Date(now).toISOString()}`);
  }
  return warning(
    "clock",
    `nothing shows that the clock (${new Date(now).toISOString()}) was set`,
    "only policies with certificates depend on it",
    "enable systemd-timesyncd or chrony, or give --image to compare it with a registry's",
  );
}
