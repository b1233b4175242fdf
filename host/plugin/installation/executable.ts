import type { Installation } from "../run.js";
import { nativeExecutable, recordedInNative } from "./native.js";
import { recordedInScript, script } from "./script.js";

/** A plugin that can be installed: the native one, or the one that runs on a Node.js, by its absolute path. */
export type Runtime = "native" | { readonly node: string };

/** What is recorded in an installed plugin. */
export interface Recorded {
  readonly runtime: Runtime;
  readonly installation: Installation;
}

/** The file containerd executes; null where this build has no native plugin for this machine. */
export function executable(runtime: Runtime, installation: Installation): Buffer | null {
  if (runtime === "native") return nativeExecutable(installation);
  return Buffer.from(script(runtime.node, installation));
}

/** What was recorded when `file` was installed; null: not a file of ours. */
export function recordedIn(file: Buffer): Recorded | null {
  const native = recordedInNative(file);
  if (native !== null) return { runtime: "native", installation: native };
  return recordedInScript(file.toString());
}

/** Whether `file` is what this build would install, whatever was recorded then. */
export function isCurrent(file: Buffer): boolean {
  const recorded = recordedIn(file);
  return recorded !== null && (executable(recorded.runtime, recorded.installation)?.equals(file) ?? false);
}
