// What is read of JSON text before it is a value: how deep it is nested, what the outermost object has.

/**
 * `depth`: objects and arrays around the innermost value. `members`: of the outermost object. `repeats`: whether that names one
 * twice.
 */
export function jsonShape(text: string): { depth: number; members: number; repeats: boolean } {
  const open: Set<string>[] = [];
  let depth = 0;
  let members = 0;
  let repeats = false;
  for (const [token, isName] of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g)) {
    if (token === "{" || token === "[") {
      open.push(new Set());
      depth = Math.max(depth, open.length);
    } else if (token === "}" || token === "]") open.pop();
    else if (isName !== undefined && open.length === 1) {
      const name: string = JSON.parse(token.slice(0, -isName.length));
      members++;
      if (open[0]?.has(name)) repeats = true;
      open[0]?.add(name);
    }
  }
  return { depth, members, repeats };
}
