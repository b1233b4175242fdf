/** Characters of a cell before it goes on in the next line. */
const WRAP = 72;

/** Rows in columns as wide as their widest line. */
export function table(rows: readonly (readonly string[])[]): string {
  const wrapped = rows.map((row) => row.map(wrap));
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...wrapped.flatMap((row) => (row[column] ?? []).map((line) => line.length))),
  );
  const lines = wrapped.flatMap((row) => {
    const height = Math.max(...row.map((cell) => cell.length));
    return Array.from({ length: height }, (_, i) =>
      widths.map((width, column) => (row[column]?.[i] ?? "").padEnd(width)).join("  "),
    );
  });
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}

/** Between words; a longer word stays whole. */
function wrap(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= WRAP) lines[lines.length - 1] += ` ${word}`;
    else lines.push(word);
  }
  return lines;
}
