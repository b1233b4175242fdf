import { Denial } from "./denial.js";

/** What containerd passes on the command line, unread. */
export interface ImageArguments {
  readonly name: string;
  readonly digest: string;
  readonly mediaType: string;
}

const FLAGS = ["name", "digest", "stdin-media-type"] as const;

/**
 * Reads containerd's flags in every form Go's flag package writes them: `-name X`, `--name X`, `-name=X`.
 * Each must be there exactly once, and nothing else.
 */
export function parseArguments(argv: readonly string[]): ImageArguments {
  const given = new Map<string, string>();
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? "";
    const [, flag, assigned] = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    if (!FLAGS.some((known) => known === flag) || flag === undefined) {
      throw new Denial(
        "usage",
        `unknown argument ${JSON.stringify(word)}: this program is run by containerd`,
      );
    }
    const value = assigned ?? argv[++i];
    if (value === undefined) throw new Denial("usage", `-${flag} needs a value`);
    if (given.has(flag)) throw new Denial("usage", `-${flag} is given twice`);
    given.set(flag, value);
  }
  const [name, digest, mediaType] = FLAGS.map((flag) => {
    const value = given.get(flag);
    if (!value) throw new Denial("usage", `-${flag} is missing: this program is run by containerd`);
    return value;
  });
  return { name: name as string, digest: digest as string, mediaType: mediaType as string };
}
