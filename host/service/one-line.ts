/** Longest reason a person is shown, in characters, as the core keeps it. */
const REASON_LIMIT = 300;

/** Control, format (bidirectional overrides among them), line and paragraph separators, and lone surrogates. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** A reason in one line of at most 300 characters, with everything that a terminal would act on escaped. */
export function reasonLine(text: string): string {
  const characters = Array.from(escapeUnprintable(text));
  if (characters.length <= REASON_LIMIT) return characters.join("");
  return `${characters.slice(0, REASON_LIMIT - 1).join("")}…`;
}

/** A value as one line of JSON that a terminal shows as it is. */
export function jsonLine(value: object): string {
  return `${escapeUnprintable(JSON.stringify(value))}\n`;
}

/** What a terminal would act on as `\\uXXXX`. */
export function escapeUnprintable(text: string): string {
  return text.replace(UNPRINTABLE, (unprintable) =>
    Array.from({ length: unprintable.length }, (_, i) => unprintable.charCodeAt(i))
      .map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`)
      .join(""),
  );
}
