/** One challenge of a WWW-Authenticate header (RFC 9110 11.6.1). */
export interface Challenge {
  /** Lower case, such as `bearer`. */
  readonly scheme: string;
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

const SEPARATORS = /[\s,]*/y;
const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const END = /[ \t]*(?:,|$)/y;
const TOKEN68 = /[ \t]+[0-9A-Za-z\-._~+/]+=*[ \t]*(?=,|$)/y;
const PARAMETER =
  /[\s,]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([!#$%&'*+.^_`|~0-9A-Za-z:/-]+))/y;

/**
 * The challenges of a header (several headers joined by commas), or null when it is malformed. A comma separates
 * challenges as well as parameters, and may stand inside a quoted value. A repeated parameter is malformed.
 */
export function parseChallenges(header: string): Challenge[] | null {
  const challenges: Challenge[] = [];
  let position = 0;
  const read = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position;
    const match = pattern.exec(header);
    if (match !== null) position = pattern.lastIndex;
    return match;
  };
  for (;;) {
    read(SEPARATORS);
    if (position === header.length) return challenges;
    const scheme = read(TOKEN)?.[0];
    if (scheme === undefined) return null;
    const parameters = new Map<string, string>();
    if (read(TOKEN68) === null) {
      for (let match = read(PARAMETER); match !== null; match = read(PARAMETER)) {
        const name = (match[1] as string).toLowerCase();
        if (parameters.has(name)) return null;
        parameters.set(name, match[3] ?? (match[2] as string).replace(/\\(.)/g, "$1"));
      }
    }
    challenges.push({ scheme: scheme.toLowerCase(), parameters });
    // What follows a challenge is a comma or the end; anything else was meant to be a parameter.
    if (read(END) === null) return null;
  }
}
