import { ImageError } from "../../oci/image-error.js";

/** A stretch of a text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/**
 * Finds the values of an object's members in its text, so that one can be changed and the rest kept byte for byte. The
 * text is known to be a JSON object; a duplicate member is refused.
 */
export function memberSpans(text: string): ReadonlyMap<string, Span> {
  const spans = new Map<string, Span>();
  let depth = 0;
  let key: string | null = null;
  let start = 0;
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    if (depth === 1 && key === null && token.startsWith('"')) key = JSON.parse(token) as string;
    else if (depth === 1 && token === ":") start = index + 1;
    else if (depth === 1 && (token === "," || token === "}") && key !== null) {
      if (spans.has(key)) throw new ImageError(`a manifest has the member ${JSON.stringify(key)} twice`);
      spans.set(key, trimmed(text, { start, end: index }));
      key = null;
    }
    depth += depthChange(token);
  }
  return spans;
}

/** Where the elements of a list stand; `list` is the list's own span. */
export function elementSpans(text: string, list: Span): Span[] {
  const spans: Span[] = [];
  let depth = 0;
  let start = list.start + 1;
  for (const { 0: token, index } of text.slice(list.start, list.end).matchAll(TOKENS)) {
    const at = list.start + index;
    if (depth === 1 && (token === "," || token === "]")) {
      const span = trimmed(text, { start, end: at });
      if (span.end > span.start) spans.push(span);
      start = at + 1;
    }
    depth += depthChange(token);
  }
  return spans;
}

/** The text with each span's stretch replaced; the spans do not overlap. */
export function replaceSpans(text: string, changes: readonly (readonly [Span, string])[]): string {
  const fromTheEnd = [...changes].sort(([a], [b]) => b.start - a.start);
  return fromTheEnd.reduce(
    (result, [{ start, end }, replacement]) => result.slice(0, start) + replacement + result.slice(end),
    text,
  );
}

function depthChange(token: string): number {
  return token === "{" || token === "[" ? 1 : token === "}" || token === "]" ? -1 : 0;
}

function trimmed(text: string, { start, end }: Span): Span {
  const value = text.slice(start, end);
  return { start: start + (value.length - value.trimStart().length), end: start + value.trimEnd().length };
}
