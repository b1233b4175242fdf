// DER changed in one place: what nobody has thought of.

import fc from "fast-check";
import { tlv } from "../../support/x509.js";

const TAGS = [
  0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x13, 0x16, 0x17, 0x1e, 0x30, 0x31, 0x81, 0x82, 0x86, 0xa0,
];

export const change = fc.record({
  /** Of the elements, in their order; counted round. */
  at: fc.nat(10_000),
  how: fc.constantFrom("removed", "twice", "reversed", "cut", "longer", "retagged", "flipped", "replaced"),
  /** Which bit, byte, tag or other element. */
  by: fc.nat(10_000),
});
export type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

interface Element {
  tag: number;
  content: Buffer | Element[];
}

export function changedDer(der: Buffer, { at, how, by }: Change): Buffer {
  const root: Element = { tag: 0, content: elementsIn(der) };
  const places = placesIn(root);
  const { siblings, index } = places[at % places.length] as Place;
  const element = siblings[index] as Element;
  const { content } = element;
  const byte = Buffer.of(by & 0xff);
  switch (how) {
    case "removed":
      siblings.splice(index, 1);
      break;
    case "twice":
      siblings.splice(index, 0, element);
      break;
    case "reversed":
      siblings.reverse();
      break;
    case "cut":
      element.content = bytesOf(element).subarray(0, by % (bytesOf(element).length + 1));
      break;
    case "longer":
      element.content =
        by % 2 ? Buffer.concat([bytesOf(element), byte]) : Buffer.concat([byte, bytesOf(element)]);
      break;
    case "retagged":
      element.tag = TAGS[by % TAGS.length] ?? 0;
      break;
    case "flipped":
      if (Buffer.isBuffer(content) && content.length > 0) {
        const changed = Buffer.from(content);
        const place = (by >> 3) % changed.length;
        changed[place] = (changed[place] ?? 0) ^ (1 << (by & 7));
        element.content = changed;
      }
      break;
    case "replaced": {
      const place = places[by % places.length] as Place;
      const other = place.siblings[place.index] as Element;
      // As it is now: it may be around the one it replaces.
      siblings[index] = { tag: other.tag, content: bytesOf(other) };
    }
  }
  return bytesOf(root);
}

interface Place {
  readonly siblings: Element[];
  readonly index: number;
}

/** All but the outermost. */
function placesIn({ content }: Element): Place[] {
  if (Buffer.isBuffer(content)) return [];
  return content.flatMap((element, index) => [{ siblings: content, index }, ...placesIn(element)]);
}

function elementsIn(der: Buffer): Element[] {
  const elements: Element[] = [];
  for (let rest = der; rest.length > 0; ) {
    const [tag = 0, first = 0] = rest;
    const count = first < 0x80 ? 0 : first & 0x7f;
    const length = count === 0 ? first : rest.readUIntBE(2, count);
    const content = rest.subarray(2 + count, 2 + count + length);
    if (content.length < length) throw new RangeError("an element that is cut off");
    elements.push({ tag, content: (tag & 0x20) !== 0 || tag === 0x04 ? insideOf(content) : content });
    rest = rest.subarray(2 + count + length);
  }
  return elements;
}

/** Extensions have elements in their octets, key identifiers have none. */
function insideOf(content: Buffer): Buffer | Element[] {
  try {
    return elementsIn(content);
  } catch (error) {
    if (error instanceof RangeError) return content;
    throw error;
  }
}

function bytesOf({ content }: Element): Buffer {
  if (Buffer.isBuffer(content)) return content;
  return Buffer.concat(content.map((element) => tlv(element.tag, bytesOf(element))));
}
