import { randomBytes } from "node:crypto";
import { access, constants, link, lstat, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { UsageError } from "./usage-error.js";

export interface NewFile {
  readonly path: string;
  readonly content: string;
  /** Whatever the umask: 0o600 for a secret. */
  readonly mode: number;
}

/** `replace`: whether existing files of these names may be overwritten. */
export interface Replacing {
  readonly replace: boolean;
}

/** Throws `UsageError` if a new file cannot be given one of these names. */
export async function assertFree(paths: readonly string[], { replace }: Replacing): Promise<void> {
  for (const path of paths) {
    await failingAs(path, () => access(dirname(path), constants.W_OK));
    const present = await lstat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return null;
      throw notWritten(path, error);
    });
    if (present !== null && !present.isFile())
      throw new UsageError(`${path} exists and is not a regular file`);
    if (present !== null && !replace) throw new UsageError(`${path} already exists: --force overwrites it`);
  }
}

/**
 * Writes all of the files, or none if one cannot be written: each is completed beside its destination, then renamed.
 * Throws `UsageError`.
 */
export async function writeNewFiles(files: readonly NewFile[], replacing: Replacing): Promise<void> {
  const unfinished = files.map(({ path }) =>
    join(dirname(path), `.${basename(path)}-${randomBytes(8).toString("hex")}`),
  );
  const named: string[] = [];
  try {
    for (const [i, file] of files.entries())
      await failingAs(file.path, () => writeWhole(unfinished[i] ?? "", file));
    await assertFree(
      files.map(({ path }) => path),
      replacing,
    );
    for (const [i, { path }] of files.entries()) {
      await failingAs(path, () => giveName(unfinished[i] ?? "", path, replacing));
      named.push(path);
    }
  } catch (error) {
    if (!replacing.replace) for (const path of named) await rm(path, { force: true });
    throw error;
  } finally {
    for (const path of unfinished) await rm(path, { force: true });
  }
}

async function writeWhole(path: string, { content, mode }: NewFile): Promise<void> {
  const file = await open(path, "wx", mode);
  try {
    await file.writeFile(content);
    await file.chmod(mode);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A link, unlike a rename, replaces nothing, whoever else is writing. */
async function giveName(unfinished: string, path: string, { replace }: Replacing): Promise<void> {
  if (replace) await rename(unfinished, path);
  else await link(unfinished, path);
}

async function failingAs(path: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw notWritten(path, error as NodeJS.ErrnoException);
  }
}

function notWritten(path: string, { code }: NodeJS.ErrnoException): UsageError {
  return new UsageError(`${path} cannot be written: ${code}`);
}
