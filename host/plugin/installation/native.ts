import { readFileSync } from "node:fs";

import type { Installation } from "../run.js";

/** plugin/plugin.c marks what is recorded in the executable: these 32 bytes, two 32-bit numbers, the socket's path. */
const MARK = Buffer.from("countersign-plugin-installation\0");
const OWNER = MARK.length;
const DEADLINE = OWNER + 4;
const SOCKET = DEADLINE + 4;
const SOCKET_ROOM = 108;

/** This machine's platform as builds name it, such as `linux-x64`. */
export const PLATFORM = `${process.platform}-${process.arch}`;

/** The native plugin with an installation recorded in it; null if this build has none for this machine. */
export function nativeExecutable(installation: Installation): Buffer | null {
  const file = built();
  return file === null ? null : recordInNative(file, installation);
}

/** A copy of the native plugin `file`, of any platform, with an installation recorded in it. */
export function recordInNative(file: Buffer, installation: Installation): Buffer {
  const at = placeIn(file);
  if (at === null) throw new Error("the native plugin has no place to record an installation");
  const executable = Buffer.from(file);
  executable.writeUInt32LE(installation.owner, at + OWNER);
  executable.writeUInt32LE(installation.deadlineMs, at + DEADLINE);
  executable.fill(0, at + SOCKET, at + SOCKET + SOCKET_ROOM);
  if (Buffer.byteLength(installation.socket) >= SOCKET_ROOM)
    throw new RangeError("the socket's path is too long");
  executable.write(installation.socket, at + SOCKET);
  return executable;
}

/** What was recorded when `file` was installed; null: it is no native plugin. */
export function recordedInNative(file: Buffer): Installation | null {
  const at = placeIn(file);
  if (at === null) return null;
  const path = file.subarray(at + SOCKET, at + SOCKET + SOCKET_ROOM);
  return {
    socket: path.subarray(0, path.indexOf(0)).toString(),
    owner: file.readUInt32LE(at + OWNER),
    deadlineMs: file.readUInt32LE(at + DEADLINE),
  };
}

/** Where the mark stands, once and with room behind it; else null. */
function placeIn(file: Buffer): number | null {
  const at = file.indexOf(MARK);
  if (at < 0 || at + SOCKET + SOCKET_ROOM > file.length || file.includes(MARK, at + 1)) return null;
  return at;
}

/** scripts/build-plugin.mjs writes it. */
function built(): Buffer | null {
  try {
    return readFileSync(new URL(`dist/plugin/${PLATFORM}`, import.meta.resolve("#package")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
