// Scenarios are data, and lists of them say how many there are: fewer runs than that are a failure in CI, and are
// reported everywhere.

/** `listed` and `ran`: by file, how many scenarios there are, and how many tests passed or failed. */
export function holdToList(tally, listed, ran, inCi) {
  for (const [file, count] of Object.entries(listed)) {
    const there = ran.get(file) ?? 0;
    if (there >= count) continue;
    const what = `NOT PROVEN: of the ${count} scenarios of ${file}, ${there} ran`;
    if (inCi) tally.fail(what, "in CI everything has to run");
    else tally.say(what);
  }
}
