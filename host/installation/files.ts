import { copyFile, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** What became of a file. */
export type Change = "written" | "unchanged" | { readonly backup: string };

/**
 * Puts a file in place in one step. An existing file with other content is kept beside it, as
 * `FILE.before-countersign-N`; what we wrote ourselves (`ours`) needs no backup.
 */
export async function putFile(
  path: string,
  text: string,
  { mode = 0o644, ours = false }: { mode?: number; ours?: boolean } = {},
): Promise<Change> {
  const before = await readIfThere(path);
  if (before === text) return "unchanged";
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  const backup = before === null || ours ? null : await backUp(path);
  const unfinished = `${path}.unfinished-${process.pid}`;
  try {
    await writeFile(unfinished, text, { mode, flag: "wx" });
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  return backup === null ? "written" : { backup };
}

export async function readIfThere(path: string): Promise<string | null> {
  return await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
}

async function backUp(path: string): Promise<string> {
  for (let n = 1; ; n++) {
    const backup = `${path}.before-countersign-${n}`;
    if ((await readIfThere(backup)) !== null) continue;
    await copyFile(path, backup);
    return backup;
  }
}
