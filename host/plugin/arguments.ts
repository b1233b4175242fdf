import { Denial } from "./denial.js";

/** What containerd passes on the command line, unread. */
export interface ImageArguments {
  readonly name: string;
  readonly digest: string;
  readonly mediaType: string;
}

/** More than the daemon takes; with a descriptor of 48 KiB the request stays below HTTP/2's first window. */
const ARGUMENT_LIMIT = 4096;

const FLAGS = ["name", "digest", "stdin-media-type"] as const;

/**
 * Reads containerd's flags in every form Go's flag package writes them: `-name X`, `--name X`, `-name=X`.
 * Each must be there exactly once, at most 4 KiB of UTF-8, and nothing else.
 */
export function parseArguments(argv: readonly string[]): ImageArguments {
  const given = new Map<string, string>();
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? "";
    const [, flag, assigned] = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    if (!FLAGS.some((known) => known === flag) || flag === undefined) {
      throw new Denial("usage", `unknown argument "${word}": this program is run by containerd`);
    }
    const value = assigned ?? argv[++i];
    if (value === undefined) throw new Denial("usage", `-${flag} needs a value`);
    if (given.has(flag)) throw new Denial("usage", `-${flag} is given twice`);
    given.set(flag, value);
  }
  const [name, digest, mediaType] = FLAGS.map((flag) => {
    const value = given.get(flag);
    if (!value) throw new Denial("usage", `-${flag} is missing: this program is run by containerd`);
    if (Buffer.byteLength(value) > ARGUMENT_LIMIT)
      throw new Denial("request-malformed", `-${flag} is longer than ${ARGUMENT_LIMIT} bytes`);
    // What Node.js could not decode was replaced: it must not be taken for what was passed.
    if (value.includes("\ufffd")) throw new Denial("request-malformed", `-${flag} is not UTF-8`);
    return value;
  });
  return { name: name as string, digest: digest as string, mediaType: mediaType as string };
}
