/** One value of a Link header: its target, and its parameters as they stand. */
const VALUE = /[\s,]*<([^>]*)>((?:[^",]|"(?:[^"\\]|\\.)*")*)/y;
const REL = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;]*))/i;

/**
 * The target a Link header (RFC 8288) calls next, as written; null if there is none. What the header holds is a
 * stranger's: it is read once from left to right, however long it is.
 */
export function nextLink(header: string): string | null {
  VALUE.lastIndex = 0;
  for (let value = VALUE.exec(header); value !== null; value = VALUE.exec(header)) {
    const [, target = "", parameters = ""] = value;
    const [, quoted, token] = REL.exec(parameters) ?? [];
    const relations = (quoted ?? token ?? "").toLowerCase().split(/\s+/);
    if (relations.includes("next")) return target;
  }
  return null;
}
