// The members of sigstoreSigned that name keys and certificates, with upstream's rule for what counts as present: a
// path if it is not empty; data unless it is null; a list always, and then it must have an element.

import { Bytes } from "../bytes/bytes";
import { JsonReader } from "../json/reader";
import { enterList, readData, readPathItems, readText } from "./members";
import { Material, Policy } from "./types";

/** One path. Gives how many sources that is: 0 or 1, as the others do. */
export function readPath(reader: JsonReader, policy: Policy, member: string, into: Array<Material>): i32 {
  const offset = reader.position();
  const path = readText(reader);
  if (path === null || path.length == 0) return 0;
  into.push(new Material(offset, member, -1, policy.file(path), null));
  return 1;
}

/** A list of paths. */
export function readPaths(reader: JsonReader, policy: Policy, member: string, into: Array<Material>): i32 {
  const offset = reader.position();
  if (enterList(reader)) {
    const paths: Array<Material> = [];
    readPathItems(reader, policy, member, paths);
    append(reader, offset, paths, into);
  }
  return 1;
}

/** Base64 data. */
export function readOneData(reader: JsonReader, member: string, into: Array<Material>): i32 {
  const offset = reader.position();
  const data = readData(reader);
  if (data === null) return 0;
  into.push(new Material(offset, member, -1, null, data));
  return 1;
}

/** A list of base64 data. */
export function readDatas(reader: JsonReader, member: string, into: Array<Material>): i32 {
  const offset = reader.position();
  if (enterList(reader)) {
    const items: Array<Material> = [];
    while (reader.nextItem()) {
      const itemOffset = reader.position();
      const data = readData(reader);
      items.push(new Material(itemOffset, member, items.length, null, data === null ? Bytes.NONE : data));
    }
    append(reader, offset, items, into);
  }
  return 1;
}

function append(reader: JsonReader, offset: i32, items: Array<Material>, into: Array<Material>): void {
  if (items.length == 0) reader.fail("expected a list that is not empty", offset);
  for (let i = 0; i < items.length; i++) into.push(items[i]);
}

/** The only material, or, after a failure, something to carry on with. */
export function one(materials: Array<Material>, start: i32): Material {
  return materials.length > 0 ? materials[0] : new Material(start, "", -1, null, null);
}
