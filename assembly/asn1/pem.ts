// PEM (RFC 7468) as Go's encoding/pem reads it, because cosign and containers/image do: text before the block is
// ignored, so are headers, blanks at line ends and blanks within the base64. One difference: where Go passes over a
// malformed block and takes the next, this one fails.

import { decodeBase64 } from "../bytes/base64";
import { Bytes } from "../bytes/bytes";

const LINE_FEED: u8 = 0x0a;
const CARRIAGE_RETURN: u8 = 0x0d;
const SPACE: u8 = 0x20;
const TAB: u8 = 0x09;
const COLON: u8 = 0x3a;
const DASH: u8 = 0x2d;

const BEGIN: string = "-----BEGIN ";
const END: string = "-----END ";
const DASHES: string = "-----";

export class PemBlock {
  constructor(
    /** What stands between `-----BEGIN ` and `-----`. */
    readonly label: Bytes,
    /** Whether lines of `key: value` stand before the body; they are not looked at. */
    readonly hasHeaders: bool,
    /** The decoded body. */
    readonly contents: Bytes,
    /** What follows the block. */
    readonly rest: Bytes,
  ) {}
}

/** Whether a line of `text` begins a block, well-formed or not. */
export function hasPemBlock(text: Bytes): bool {
  return lineStartingWith(text, BEGIN) >= 0;
}

/** The first block of `text`, or null if there is none or it is malformed. */
export function parsePem(text: Bytes): PemBlock | null {
  const begin = lineStartingWith(text, BEGIN);
  if (begin < 0) return null;
  const title = lineAt(text, begin + BEGIN.length);
  if (!endsWithDashes(title)) return null;
  const label = title.slice(0, title.length - DASHES.length);

  const behindTitle = text.from(nextLine(text, begin));
  const body = skipHeaders(behindTitle);
  const end = lineStartingWith(body, END);
  if (end < 0) return null;
  const trailer = lineAt(body, end + END.length);
  if (!trailer.equals(title)) return null;

  const contents = decodeBase64(withoutBlanks(body.slice(0, end)));
  if (contents == null) return null;
  const hasHeaders = body.length != behindTitle.length;
  return new PemBlock(label, hasHeaders, contents, body.from(nextLine(body, end)));
}

/** Index of the first line of `text` that starts with `literal`, or -1. */
function lineStartingWith(text: Bytes, literal: string): i32 {
  for (let line = 0; line < text.length; line = nextLine(text, line)) {
    if (text.at(line) == DASH && text.from(line).startsWith(literal)) return line;
  }
  return -1;
}

/** Index of the line after the one that begins at `line`, or the text's length. */
function nextLine(text: Bytes, line: i32): i32 {
  const feed = text.indexOf(LINE_FEED, line);
  return feed < 0 ? text.length : feed + 1;
}

/** The line from `line` on, without its end (LF or CRLF) and the blanks before that. */
function lineAt(text: Bytes, line: i32): Bytes {
  let end = text.indexOf(LINE_FEED, line);
  if (end < 0) end = text.length;
  else if (end > line && text.at(end - 1) == CARRIAGE_RETURN) end--;
  while (end > line && isBlank(text.at(end - 1))) end--;
  return text.slice(line, end);
}

/** `body` from its first line that is not a header, `key: value`. */
function skipHeaders(body: Bytes): Bytes {
  let line = 0;
  while (line < body.length && lineAt(body, line).indexOf(COLON) >= 0) line = nextLine(body, line);
  return body.from(line);
}

function endsWithDashes(line: Bytes): bool {
  return line.length >= DASHES.length && line.from(line.length - DASHES.length).is(DASHES);
}

function withoutBlanks(text: Bytes): Bytes {
  const out = Bytes.alloc(text.length);
  let length = 0;
  for (let i = 0; i < text.length; i++) if (!isBlank(text.at(i))) out.set(length++, text.at(i));
  return out.slice(0, length);
}

function isBlank(byte: u8): bool {
  return byte == SPACE || byte == TAB;
}
