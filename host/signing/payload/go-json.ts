/**
 * The values that can be written. A `Map` is a Go map, whose keys are sorted; an object is a struct, whose members keep
 * their order.
 */
export type GoValue =
  | string
  | null
  | readonly GoValue[]
  | ReadonlyMap<string, GoValue>
  | { readonly [member: string]: GoValue };

/** JSON as Go's encoding/json writes it: like protojson, but with HTML's special characters escaped. */
export function goJson(value: GoValue): string {
  return protoJson(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** JSON as Go's protojson writes it, without the blanks that it inserts at random. */
export function protoJson(value: GoValue): string {
  if (value instanceof Map) return object([...value].sort(byUtf8));
  if (Array.isArray(value)) return `[${value.map(protoJson).join(",")}]`;
  if (typeof value === "object" && value !== null) return object(Object.entries(value));
  return JSON.stringify(value);
}

function object(members: readonly (readonly [string, GoValue])[]): string {
  return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${protoJson(value)}`).join(",")}}`;
}

/** Go compares bytes; JavaScript's UTF-16 units have another order beyond U+FFFF. */
function byUtf8([a]: readonly [string, GoValue], [b]: readonly [string, GoValue]): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
