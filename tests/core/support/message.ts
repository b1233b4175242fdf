import { Bytes } from "../../../assembly/bytes/bytes";

/** `length` bytes that differ from their neighbours. */
export function message(length: i32): Bytes {
  const out = Bytes.alloc(length);
  for (let i = 0; i < length; i++) out.set(i, <u8>(i * 7 + (i >> 8)));
  return out;
}
