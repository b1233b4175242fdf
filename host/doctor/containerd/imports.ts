import { readdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

/** The files that `imports` names, as containerd finds them: patterns in the last part of a path, in order of names. */
export async function importedFiles(imports: unknown, folder: string): Promise<string[]> {
  if (!Array.isArray(imports)) return [];
  const found = await Promise.all(imports.map((pattern) => matching(resolve(folder, String(pattern)))));
  return found.flat();
}

async function matching(path: string): Promise<string[]> {
  const name = basename(path);
  if (!/[*?[]/.test(name)) return [path];
  const entries = await readdir(dirname(path)).catch(() => []);
  const pattern = name
    .replace(/[\\^$.|+(){}]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return entries
    .filter((entry) => new RegExp(`^${pattern}$`).test(entry))
    .sort()
    .map((entry) => join(dirname(path), entry));
}
