import type { Installation } from "../run.js";
import { bundle } from "./bundle.js";

/**
 * The text of the file containerd executes: a shell script and a JavaScript program in one.
 *
 * containerd hands the plugin its own environment, where NODE_OPTIONS could make Node.js run anything. So a shell,
 * which does not heed it, starts `node` (an absolute path) with nothing but the socket's override.
 */
export function script(node: string, installation: Installation): string {
  return `#!/bin/sh
':' /*
# Installed by "countersign plugin install". A shell runs this file down to "exit"; to JavaScript it is a comment.
node='${node}'
if [ -x "$node" ]; then
  exec /usr/bin/env -i COUNTERSIGN_SOCKET="\${COUNTERSIGN_SOCKET-}" "$node" "$0" "$@"
fi
echo "daemon-unreachable: $node, which installed this plugin, is gone: run countersign plugin install again"
exit 1
*/;
(() => {
"use strict";
${bundle(new URL("dist/host/plugin/run.js", import.meta.resolve("#package")))}
modules["run.js"].run(${JSON.stringify(installation)});
})();
`;
}

/** Paths that can be put between the quotes above without escaping. */
export function isQuotable(node: string): boolean {
  return /^\/[\w.+@/ -]*$/.test(node);
}

/** What was recorded when `text` was installed; null: not a file of ours. */
export function recordedInScript(
  text: string,
): { runtime: { node: string }; installation: Installation } | null {
  const [, node] = /^node='(.*)'$/m.exec(text) ?? [];
  const [, installation] = /^modules\["run\.js"\]\.run\((\{.*\})\);$/m.exec(text) ?? [];
  if (node === undefined || installation === undefined) return null;
  try {
    return { runtime: { node }, installation: JSON.parse(installation) as Installation };
  } catch {
    return null;
  }
}
