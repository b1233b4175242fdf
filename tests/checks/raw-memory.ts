import type { Source } from "./sources.js";

// Where memory is what the file is about, or a bounds check is what the time goes to.
const ALLOWED =
  /^assembly\/(?:runtime\/.*|bytes\/bytes\.ts|bytes\/writer\.ts|hash\/.*|field\/.*|curve\/.*|abi\.ts|probe\/.*)$/;

/** One line, `path:line: code`, for each raw access to memory where it has no place. */
export function rawAccesses(files: readonly Source[]): string[] {
  return files
    .filter(({ path }) => !ALLOWED.test(path))
    .flatMap(({ path, text }) =>
      text
        .split("\n")
        .map((line, i) => ({ code: line.replace(/\/\/.*/, ""), place: `${path}:${i + 1}` }))
        .filter(({ code }) => /\b(?:load|store)<|\bunchecked\(/.test(code))
        .map(({ code, place }) => `${place}: ${code.trim()}`),
    );
}
