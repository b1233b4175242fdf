// node:test reporter: one JSON line for each test that ended, `{file, name, outcome, detail}` with the outcome
// "passed", "failed" or "skipped", and one `{file, output}` for what a file wrote to standard error.
import { relative } from "node:path";
import { inspect } from "node:util";

export default async function* report(events) {
  const previousNesting = new Map();
  for await (const { type, data } of events) {
    const file = data.file === undefined ? "" : relative("dist/tests", data.file);
    if (type === "test:stderr") yield line({ file, output: data.message });
    if (type !== "test:pass" && type !== "test:fail") continue;

    // Subtests are reported just before their parent. Only they are counted, unless the parent fails by itself.
    const isParent = (previousNesting.get(file) ?? 0) > data.nesting;
    previousNesting.set(file, data.nesting);
    const { outcome, detail } = outcomeOf(type, data);
    if (isParent && (outcome === "passed" || data.details.error?.failureType === "subtestsFailed")) continue;
    yield line({ file, name: data.name, outcome, detail });
  }
}

function outcomeOf(type, { name, file, skip, todo, details }) {
  const set = [skip, todo].find((reason) => reason !== undefined && reason !== false);
  if (set !== undefined)
    return { outcome: "skipped", detail: set === true ? "no reason given" : String(set) };
  if (type === "test:fail")
    return { outcome: "failed", detail: inspect(details.error?.cause ?? details.error) };
  // A file in which nothing is tested is reported as a test of its own, and passes.
  if (name === file) return { outcome: "failed", detail: "there is no test in this file" };
  return { outcome: "passed", detail: "" };
}

function line(value) {
  return `${JSON.stringify(value)}\n`;
}
