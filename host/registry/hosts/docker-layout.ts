import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { type HostSettings, USUAL_PLACE } from "./host-settings.js";

/**
 * A registry's folder as Docker lays it out: `*.crt` are authorities, `*.cert` client certificates with their `*.key`
 * beside them, or in the same file. The registry is at its usual place.
 */
export async function readDockerLayout(folder: string): Promise<HostSettings> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = new Set(entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name));
  const ending = (suffix: string) => [...files].filter((name) => name.endsWith(suffix)).sort();
  const authorities = ending(".crt").map((name) => join(folder, name));
  return {
    ...USUAL_PLACE,
    caFiles: authorities.length > 0 ? authorities : null,
    clientFiles: ending(".cert").map((certificate) => {
      const key = `${certificate.slice(0, -".cert".length)}.key`;
      return {
        certificate: join(folder, certificate),
        key: join(folder, files.has(key) ? key : certificate),
      };
    }),
  };
}
