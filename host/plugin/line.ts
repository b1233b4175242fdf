const REASON_LIMIT = 300;

// Whatever a terminal, a log or a pod event could take for something other than text: controls, formatting
// characters (among them those that turn the direction of writing), line and paragraph separators.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** The one line containerd shows: `CODE: REASON`, printable, the reason cut at 300 characters. */
export function verdictLine(code: string, reason: string): string {
  return `${code}: ${cut(reason.replace(UNPRINTABLE, escaped))}\n`;
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

function cut(text: string): string {
  const characters = Array.from(text);
  return characters.length <= REASON_LIMIT ? text : `${characters.slice(0, REASON_LIMIT - 1).join("")}…`;
}
