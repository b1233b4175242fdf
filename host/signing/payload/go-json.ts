/** What can be written. A map is one of Go: its keys are sorted; an object is a struct: they keep their order. */
export type GoValue =
  | string
  | null
  | readonly GoValue[]
  | ReadonlyMap<string, GoValue>
  | { readonly [member: string]: GoValue };

/** JSON as Go's encoding/json writes it: no blanks, and HTML's special characters escaped within strings. */
export function goJson(value: GoValue): string {
  if (value === null) return "null";
  if (typeof value === "string") return goString(value);
  if (value instanceof Map) return goObject([...value].sort(byUtf8));
  if (Array.isArray(value)) return `[${value.map(goJson).join(",")}]`;
  return goObject(Object.entries(value));
}

function goObject(members: readonly (readonly [string, GoValue])[]): string {
  return `{${members.map(([name, value]) => `${goString(name)}:${goJson(value)}`).join(",")}}`;
}

/** JavaScript's escapes are those of Go but for these five characters. */
function goString(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Go compares bytes; JavaScript's UTF-16 units have another order beyond U+FFFF. */
function byUtf8([a]: readonly [string, GoValue], [b]: readonly [string, GoValue]): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
