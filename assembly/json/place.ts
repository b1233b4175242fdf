// Where in a text something stands, for people.

import { Bytes } from "../bytes/bytes";

export class Place {
  constructor(
    /** From 1. */
    readonly line: u32,
    /** From 1, in characters. */
    readonly column: u32,
  ) {}
}

export function placeOf(text: Bytes, offset: i32): Place {
  let line = 1;
  let lineStart = 0;
  for (let i = 0; i < offset; i++) {
    if (text.at(i) == 0x0a) {
      line++;
      lineStart = i + 1;
    }
  }
  let column = 1;
  for (let i = lineStart; i < offset; i++) if ((text.at(i) & 0xc0) != 0x80) column++;
  return new Place(line, column);
}
