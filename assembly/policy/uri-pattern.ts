// `fulcio.subjectURIPattern`, an extension of ours: a URI in which `*` stands for any characters, also none, but `/` and
// `@`. Scheme, host and first segment of the path are literal, so that a pattern is always about one owner:
// `https://github.com/acme/*/.github/workflows/release.yml@refs/tags/v*`.

import { Bytes } from "../bytes/bytes";

const STAR: u8 = 0x2a;
const SLASH: u8 = 0x2f;
const AT: u8 = 0x40;
const COLON: u8 = 0x3a;

/** Why `pattern` is none; empty if it is one. */
export function uriPatternProblem(pattern: Bytes): string {
  const owner = ownerEnd(pattern);
  if (owner < 0) return "expected scheme://host/owner and more, with no * in these";
  if (pattern.slice(0, owner).indexOf(STAR) >= 0)
    return "scheme, host and the first segment of the path cannot have a *";
  for (let i = owner; i + 1 < pattern.length; i++) {
    if (pattern.at(i) == STAR && pattern.at(i + 1) == STAR)
      return "* stands for part of one segment; ** has no meaning";
  }
  return "";
}

/** Index behind `scheme://host/owner`, where a slash has to follow; -1 if there is none of that. */
function ownerEnd(pattern: Bytes): i32 {
  const colon = pattern.indexOf(COLON);
  if (colon <= 0 || !pattern.from(colon).startsWith("://")) return -1;
  const host = colon + 3;
  const path = pattern.indexOf(SLASH, host);
  if (path <= host) return -1;
  const end = pattern.indexOf(SLASH, path + 1);
  return end > path + 1 && pattern.slice(host, end).indexOf(AT) < 0 ? end : -1;
}

/** Whether `uri` fits: the same `/` and `@` in the same order, and between them what fits the pattern's pieces. */
export function matchesUriPattern(pattern: Bytes, uri: Bytes): bool {
  let p = 0;
  let u = 0;
  let fits: bool = true;
  let isOver: bool = false;
  while (fits && !isOver) {
    const endOfPiece = separator(pattern, p);
    const endOfText = separator(uri, u);
    const isPieceLast = endOfPiece == pattern.length;
    isOver = isPieceLast || endOfText == uri.length;
    fits =
      isPieceLast == (endOfText == uri.length) &&
      (isOver || pattern.at(endOfPiece) == uri.at(endOfText)) &&
      matchesPiece(pattern.slice(p, endOfPiece), uri.slice(u, endOfText));
    p = endOfPiece + 1;
    u = endOfText + 1;
  }
  return fits;
}

/** Index of the next `/` or `@`, or the text's length. */
function separator(text: Bytes, from: i32): i32 {
  let i = from;
  while (i < text.length && text.at(i) != SLASH && text.at(i) != AT) i++;
  return i;
}

/** Whether `text` fits a piece with any number of stars: the last star is given one more character while it has to. */
function matchesPiece(piece: Bytes, text: Bytes): bool {
  let p = 0;
  let t = 0;
  let star = -1;
  let taken = 0;
  while (t < text.length) {
    if (p < piece.length && piece.at(p) == STAR) {
      star = p++;
      taken = t;
    } else if (p < piece.length && piece.at(p) == text.at(t)) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++taken;
    } else return false;
  }
  while (p < piece.length && piece.at(p) == STAR) p++;
  return p == piece.length;
}
