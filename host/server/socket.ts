import { once } from "node:events";
import { fstatSync, lstatSync, mkdirSync, type Stats, unlinkSync } from "node:fs";
import { createConnection, type Server } from "node:net";
import { dirname } from "node:path";

import { holdingStartLock, LockHeld } from "./start-lock.js";

/** A socket the daemon will not listen on: `message` is one line that names it and says why. */
export class SocketRefused extends Error {
  override readonly name = "SocketRefused";
}

const WRITABLE_BY_OTHERS = 0o022;
const STICKY = 0o1000;
/** What `sockaddr_un` holds on Linux, unix(7), less the final zero. */
const PATH_LIMIT = 107;

/**
 * Listens on a Unix socket of mode 0600, in a folder that only root or we can change and that is made if there is none.
 * A socket nobody listens on any more is replaced; one that answers, and anything that is not a socket, is refused. Of
 * daemons that start at the same moment one listens.
 */
export async function listenOnSocket(server: Server, path: string): Promise<void> {
  if (Buffer.byteLength(path) > PATH_LIMIT)
    refuse(path, `is longer than ${PATH_LIMIT} bytes: choose a shorter --socket`);
  prepareFolder(dirname(path));
  try {
    await holdingStartLock(`${path}.lock`, async () => {
      await removeStale(path);
      await listen(server, path);
    });
  } catch (error) {
    if (error instanceof LockHeld) throw new SocketRefused(error.message);
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (error instanceof SocketRefused || code === undefined) throw error;
    refuse(path, `cannot be made: ${code} (${syscall})`);
  }
}

/** Listens on a socket that another, systemd, has made and keeps. */
export async function listenOnDescriptor(server: Server, fd: number, path: string): Promise<void> {
  try {
    if (!fstatSync(fd).isSocket()) refuse(path, "is not what systemd passes: that is no socket");
    const listening = once(server, "listening");
    server.listen({ fd });
    await listening;
  } catch (error) {
    if (error instanceof SocketRefused) throw error;
    refuse(path, `cannot be had from systemd: ${codeOf(error)}`);
  }
}

const elsewhere = "choose a --socket in a folder of its own";

function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const denied = codeOf(error) === "EACCES" ? `: run it as root, or ${elsewhere}` : "";
    refuse(folder, `cannot be made: ${codeOf(error)}${denied}`);
  }
  const stats = lstatSync(folder);
  if (!stats.isDirectory()) refuse(folder, `is not a folder but a link: ${elsewhere}`);
  if (stats.uid !== 0 && stats.uid !== process.geteuid?.()) {
    refuse(folder, `belongs to user ${stats.uid}, neither to root nor to us: ${elsewhere}`);
  }
  // Of /tmp and the like nobody is to take the right away.
  const advice = stats.mode & STICKY ? elsewhere : `chmod go-w ${folder}, or ${elsewhere}`;
  if (stats.mode & WRITABLE_BY_OTHERS) refuse(folder, `may be written to by others: ${advice}`);
}

async function removeStale(path: string): Promise<void> {
  const stats = statsOf(path);
  if (!stats) return;
  if (!stats.isSocket()) refuse(path, "is there and is not a socket: remove it, or choose another --socket");
  if (await isAnswering(path))
    refuse(path, "is in use: another daemon answers on it; stop it, or choose another --socket");
  unlinkSync(path);
}

/** Whether somebody listens. Any failure but a refused connection leaves that open, and is an error. */
function isAnswering(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createConnection(path);
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", (error) => {
      if (codeOf(error) === "ECONNREFUSED") resolve(false);
      else reject(new SocketRefused(`${path} cannot be asked whether it is in use: ${codeOf(error)}`));
    });
  });
}

async function listen(server: Server, path: string): Promise<void> {
  const listening = once(server, "listening");
  // The socket is made before `listen` returns, so nobody can connect to it while it has another mode.
  const umask = process.umask(0o177);
  try {
    server.listen(path);
  } finally {
    process.umask(umask);
  }
  await listening.catch((error) => refuse(path, `cannot be made: ${codeOf(error)}`));
}

function statsOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

function refuse(path: string, what: string): never {
  throw new SocketRefused(`${path} ${what}`);
}
