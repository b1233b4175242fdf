import { type Case, flag, object, operation, text, textOrNull, unknownOperation } from "../corpus.js";
import type { Subject } from "../subject.js";
import type { Suite } from "../suite.js";

/** signedIdentity against the docker-reference of a signature. */
export const identityMatch: Suite = {
  name: "identity-match",
  observe(test, subject) {
    switch (operation(test)) {
      case "match":
        return { upstream: flag(test, "match"), ours: matches(test, subject) };
      case "remapPrefixMatch":
        return {
          upstream: flag(test, "expected"),
          ours: subject.probe.remapPrefixMatches(text(test, "reference"), text(test, "prefix")),
        };
      case "remapRewrite":
        return {
          upstream: textOrNull(test, "expected"),
          ours: subject.probe.remapRewrite(
            text(test, "reference"),
            text(test, "prefix"),
            text(test, "signedPrefix"),
          ),
        };
      default:
        throw unknownOperation(test);
    }
  },
};

/** Whether the core's matcher says yes. Also for identities a policy could not contain. */
export function matches(test: Case, subject: Subject): boolean {
  return subject.probe.matchesIdentity(
    object(test, "signedIdentity"),
    textOrNull(test, "imageReference"),
    text(test, "signatureReference"),
  );
}
