import { NameRefused } from "../../../host/core/core.js";
import { type Case, flag, object, operation, text, unknownOperation } from "../corpus.js";
import type { Subject } from "../subject.js";
import { refused, type Suite } from "../suite.js";

/** Image references and digests. What transports make of a name goes through `explain`, the parsers through the probe. */
export const references: Suite = {
  name: "references",
  observe(test, subject) {
    const input = text(test, "input");
    const upstream = flag(test, "valid") ? (test["expected"] ?? true) : null;
    switch (operation(test)) {
      case "parseNormalized":
        return { upstream, ours: subject.probe.parseNormalized(input) };
      case "parse":
        return { upstream, ours: subject.probe.parsePlain(input) };
      case "parseCanonical": {
        const reference = subject.probe.parseNormalized(input);
        return { upstream, ours: reference?.string === input ? reference : null };
      }
      case "dockerTransport":
        return identity(test, input.replace(/^\/\//, ""), subject);
      case "parseDockerRef":
        return identity(test, input, subject);
      case "digest":
        return { upstream, ours: subject.probe.isDigest(input) || null };
      default:
        throw unknownOperation(test);
    }
  },
};

/** What a name is judged by once it has been completed: the first scope that is looked up. */
function identity(test: Case, name: string, subject: Subject) {
  const upstream = flag(test, "valid") ? object(test, "expected") : null;
  const explained = subject.explain({ name });
  if (explained instanceof NameRefused) return refused(upstream, explained);
  return { upstream, ours: { string: explained.candidates[0]?.scope } };
}
