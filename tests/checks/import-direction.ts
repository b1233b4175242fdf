import { posix } from "node:path";

import type { Source } from "./sources.js";

// From the top down: each imports from itself and from what stands above it. ARCHITECTURE.md shows the same.
export const LAYERS = {
  assembly: [
    ...["runtime", "limits.ts", "bytes", "hash", "field", "curve", "asn1", "sig", "x509", "json", "image"],
    ...["policy", "evidence", "verify", "abi.ts", "index.ts", "probe"],
  ],
  host: [
    ...[
      "core",
      "oci",
      "registry",
      "layout",
      "signatures",
      "sources",
      "service",
      "signing",
      "offline",
      "server",
      "plugin",
      "installation",
      "doctor",
      "metrics",
    ],
    "cli",
  ],
};

/** One line for each import against the direction, and for each file that stands in no layer. */
export function misdirected(root: string, layers: readonly string[], files: readonly Source[]): string[] {
  return files.flatMap(({ path, text }) => {
    const own = layers.indexOf(layerOf(root, path));
    if (own < 0) return [`${path} is in no layer`];
    return importsOf(text)
      .map((specifier) => posix.join(posix.dirname(path), specifier))
      .filter((imported) => !isAllowed(own, layers, root, imported))
      .map((imported) => `${path} imports ${imported}`);
  });
}

function isAllowed(own: number, layers: readonly string[], root: string, imported: string): boolean {
  if (!imported.startsWith(`${root}/`)) return false;
  const other = layers.findIndex(
    (layer) => layer.replace(/\.ts$/, "") === layerOf(root, imported).replace(/\.[jt]s$/, ""),
  );
  return other >= 0 && other <= own;
}

/** The folder or file directly below `root`. */
function layerOf(root: string, path: string): string {
  return path.slice(root.length + 1).split("/")[0] ?? "";
}

/** What a source imports from files, as it is written. */
function importsOf(text: string): string[] {
  const statements = text.matchAll(
    /^(?:import |(?:import|export)\b[^;"]*\bfrom )"(\.[^"]*)"|\b(?:import|require)\("(\.[^"]*)"\)/gm,
  );
  return [...statements].map(([, fixed, dynamic]) => fixed ?? dynamic ?? "");
}
