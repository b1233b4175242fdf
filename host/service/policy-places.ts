import { lstatSync, readlinkSync, type Stats } from "node:fs";
import { join, parse, resolve } from "node:path";
import type { Finding, PolicySummary } from "#component/types";

/** The kinds of finding that are about files, which the core cannot see. */
export const PLACE_FINDINGS = ["key-writable", "policy-writable"] as const;

const MOST_LINKS = 40;
const WRITABLE_BY_ANYBODY = 0o002;
const STICKY = 0o1000;

/** Findings about where a policy and the keys it names are kept. */
export function placeFindings(policyPath: string, { keys }: Pick<PolicySummary, "keys">): Finding[] {
  const findings: Finding[] = [];
  const policyPlace = openPlace(policyPath);
  if (policyPlace !== null) {
    findings.push({
      ...{ severity: "error", id: "policy-writable", line: 1, column: 1, path: "" },
      message: `anybody on this machine can put another policy in its place: ${policyPlace}`,
      advice: "let only root write there",
    });
  }
  // A file of several certificates is one place.
  const places = new Map(keys.map((key) => [key.path, key]));
  for (const { file, line, column, path } of places.values()) {
    const place = file === "" ? null : openPlace(file);
    if (place === null) continue;
    findings.push({
      ...{ severity: "error", id: "key-writable", line, column, path },
      message: `anybody on this machine can put another key in its place: ${place}`,
      advice: "let only root write there, or write the key into the policy as keyData",
    });
  }
  return findings;
}

/**
 * Something on the path to a file, through every link, that anybody may write to; null if there is nothing. If the file
 * does not exist yet, it counts, too, that anybody may create it.
 */
function openPlace(path: string): string | null {
  const { root } = parse(resolve(path));
  let folder = root;
  let rest = partsOf(resolve(path));
  for (let links = 0; rest.length > 0; ) {
    const [name = "", ...more] = rest;
    const at = join(folder, name);
    const stats = look(at);
    if (isOpen(look(folder), stats)) return `${folder} is writable by all`;
    if (stats === null) return null;
    if (stats.isSymbolicLink()) {
      if (++links > MOST_LINKS) return null;
      const link = readLink(at);
      if (link === null) return null;
      const target = resolve(folder, link);
      folder = root;
      rest = [...partsOf(target), ...more];
      continue;
    }
    if (more.length === 0)
      return (stats.mode & WRITABLE_BY_ANYBODY) !== 0 ? `${at} is writable by all` : null;
    folder = at;
    rest = more;
  }
  return null;
}

function partsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "");
}

/**
 * Whether anybody may replace an entry of a folder. In a sticky folder, such as /tmp, only the entry's owner may, or
 * whoever creates it.
 */
function isOpen(folder: Stats | null, entry: Stats | null): boolean {
  if (folder === null || (folder.mode & WRITABLE_BY_ANYBODY) === 0) return false;
  if ((folder.mode & STICKY) === 0 || entry === null) return true;
  return entry.uid !== 0 && entry.uid !== process.geteuid?.();
}

/** Null if it is gone by now. */
function readLink(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

/** Without following a link; null for what does not exist or cannot be seen. */
function look(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch {
    return null;
  }
}
