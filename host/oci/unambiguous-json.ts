import { ImageError, quote } from "./image-error.js";

/**
 * Members by which an image is read. Go's encoding/json accepts them in any case, so they may not appear in any other.
 */
const NAMES = [
  ...[
    "mediaType",
    "digest",
    "size",
    "schemaVersion",
    "config",
    "layers",
    "manifests",
    "subject",
    "annotations",
  ],
  ...["Config", "Layers", "RepoTags", "imageLayoutVersion", "rootfs", "diff_ids", "id", "parent"],
];
const FOLDED = new Set(NAMES.map(folded));
const EXACT = new Set(NAMES);

/** The members of an image's configuration, and of a descriptor, whose own members are named as one likes. */
export const FREE_IN_CONFIG: readonly string[] = ["config", "container_config", "history"];
const FREE_IN_MANIFEST: readonly string[] = ["annotations", "LayerSources"];

/**
 * Refuses JSON that two readers may read differently: a duplicate member, in whatever case, or one of the members that
 * are read in the wrong case. Within the members of `free`, or within all, only exact duplicates are refused. `text` is
 * well-formed; `where` is what an error calls it.
 */
export function assertUnambiguous(
  text: string,
  where: string,
  free: readonly string[] | "all" = FREE_IN_MANIFEST,
): void {
  const open: Scope[] = [];
  for (const [token] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],]/gs)) {
    const scope = open.at(-1);
    if (token === "{" || token === "[") {
      const isFree = free === "all" || scope?.isFree === true || free.includes(scope?.member ?? "");
      open.push({
        members: new Set(),
        isFree,
        member: "",
        awaitsName: token === "{",
        isObject: token === "{",
      });
    } else if (token === "}" || token === "]") open.pop();
    else if (scope === undefined) continue;
    else if (token === ",") scope.awaitsName = scope.isObject;
    else if (scope.awaitsName) {
      scope.awaitsName = false;
      scope.member = JSON.parse(token) as string;
      take(scope, where);
    }
  }
}

interface Scope {
  readonly isObject: boolean;
  readonly members: Set<string>;
  readonly isFree: boolean;
  /** The member that is being read. */
  member: string;
  awaitsName: boolean;
}

function take({ members, member, isFree }: Scope, where: string): void {
  const key = isFree ? member : folded(member);
  if (members.has(key)) throw new ImageError(`${where} has the member ${quote(member)} twice`);
  members.add(key);
  if (!isFree && FOLDED.has(key) && !EXACT.has(member))
    throw new ImageError(`${where} has the member ${quote(member)} in the wrong case`);
}

/** As Go folds: U+017F is an s, U+212A a k. */
function folded(name: string): string {
  return name.toUpperCase().toLowerCase();
}
