import { lstatSync, type Stats } from "node:fs";
import { dirname } from "node:path";

import { Denial } from "./denial.js";

/** What `sockaddr_un` holds on Linux, unix(7), less the final zero: a longer path must not be cut to another one. */
export const SOCKET_PATH_LIMIT = 107;

const WRITABLE_BY_ALL = 0o002;
const WRITABLE_BY_GROUP_OR_ALL = 0o022;

/**
 * Refuses a socket somebody else could have put there: socket and folder must be owned by root or by `owner`
 * (a numeric user id), must not be symbolic links, and nobody else may write to them.
 */
export function assertTrustworthy(socket: string, owner: number): void {
  if (Buffer.byteLength(socket) > SOCKET_PATH_LIMIT) throw unreachable(socket, "ENAMETOOLONG");
  const folder = dirname(socket);
  const folderStats = statsOf(folder);
  if (!folderStats.isDirectory()) refuse(folder, "is not a folder but a link or a file");
  assertOwned(folder, folderStats, owner);
  if (folderStats.mode & WRITABLE_BY_GROUP_OR_ALL) refuse(folder, "may be written to by others");

  const socketStats = statsOf(socket);
  if (!socketStats.isSocket()) refuse(socket, "is not a socket but a link or a file");
  assertOwned(socket, socketStats, owner);
  // Writing to a socket is connecting to it, which a group may be allowed; it does not let one answer for it.
  if (socketStats.mode & WRITABLE_BY_ALL) refuse(socket, "may be written to by everybody");
}

function assertOwned(path: string, stats: Stats, owner: number): void {
  if (stats.uid !== 0 && stats.uid !== owner) {
    refuse(path, `belongs to user ${stats.uid}, not to root or user ${owner}`);
  }
}

function statsOf(path: string): Stats {
  try {
    return lstatSync(path);
  } catch (error) {
    throw unreachable(path, (error as NodeJS.ErrnoException).code);
  }
}

function unreachable(path: string, code: string | undefined): Denial {
  return new Denial("daemon-unreachable", `no daemon at ${path} (${code}): is "countersign serve" running?`);
}

function refuse(path: string, what: string): never {
  throw new Denial("daemon-untrusted", `${path} ${what}`);
}
