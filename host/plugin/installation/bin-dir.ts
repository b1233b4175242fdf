import { randomBytes } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

/** containerd's default for `bin_dir` of `io.containerd.image-verifier.v1.bindir`. */
export const DEFAULT_BIN_DIR = "/opt/containerd/image-verifier/bin";

/** containerd runs entries in the order of their names and skips those beyond `max_verifiers`: ours sorts first. */
export const ENTRY = "00-countersign";

const WRITABLE_BY_OTHERS = 0o022;

/**
 * Puts `content` into `binDir` as an executable, replacing an earlier one in a single step.
 *
 * containerd executes every entry it finds, half-written or not, so the file is completed beside `binDir`, on the
 * same filesystem, and renamed in.
 */
export async function putEntry(binDir: string, content: Uint8Array): Promise<void> {
  await mkdir(binDir, { recursive: true, mode: 0o755 });
  const folder = resolve(binDir);
  const unfinished = join(dirname(folder), `.${basename(folder)}-${ENTRY}-${randomBytes(8).toString("hex")}`);
  try {
    const file = await open(unfinished, "wx", 0o700);
    try {
      await file.writeFile(content);
      await file.chmod(0o755);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, join(folder, ENTRY));
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** Whether there was an entry to remove. */
export async function removeEntry(binDir: string): Promise<boolean> {
  if ((await readEntry(binDir)) === null) return false;
  await rm(join(binDir, ENTRY));
  await syncFolder(binDir);
  return true;
}

/** The installed file; null: there is none. */
export async function readEntry(binDir: string): Promise<Buffer | null> {
  return await readFile(join(binDir, ENTRY)).catch(nullIfMissing);
}

/** Everything else in `binDir`: containerd executes it too. */
export async function otherEntries(binDir: string): Promise<string[]> {
  const entries = (await readdir(binDir).catch(nullIfMissing)) ?? [];
  return entries.filter((entry) => entry !== ENTRY).sort();
}

/** Describes `binDir`, and who besides root may put executables into it; null: it does not exist yet. */
export async function accessTo(
  binDir: string,
): Promise<{ isFolder: boolean; owner: number; writableByOthers: boolean } | null> {
  const stats = await stat(binDir).catch(nullIfMissing);
  if (stats === null) return null;
  const writableByOthers = (stats.mode & WRITABLE_BY_OTHERS) !== 0;
  return { isFolder: stats.isDirectory(), owner: stats.uid, writableByOthers };
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function nullIfMissing(error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT") return null;
  throw error;
}
