// What is read of JSON text before it is a value: how deep it is nested, and whether an object names a member twice.

/** `depth`: objects and arrays around the innermost value. `repeats`: whether the outermost object names a member twice. */
export function jsonShape(text: string): { depth: number; repeats: boolean } {
  const open: Set<string>[] = [];
  let depth = 0;
  let repeats = false;
  for (const [token, isName] of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g)) {
    if (token === "{" || token === "[") {
      open.push(new Set());
      depth = Math.max(depth, open.length);
    } else if (token === "}" || token === "]") open.pop();
    else if (isName !== undefined && open.length === 1) {
      const name: string = JSON.parse(token.slice(0, -isName.length));
      if (open[0]?.has(name)) repeats = true;
      open[0]?.add(name);
    }
  }
  return { depth, repeats };
}
