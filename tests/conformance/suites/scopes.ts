import type { Candidate, Explanation } from "#component/types";
import { NameRefused, PolicyError } from "../../../host/core/core.js";
import {
  type Case,
  flag,
  isObject,
  list,
  MalformedCase,
  object,
  operation,
  text,
  unknownOperation,
} from "../corpus.js";
import type { Subject } from "../subject.js";
import { type Observation, refused, type Suite } from "../suite.js";

const REJECT = [{ type: "reject" }];

/** The store of the machine upstream's answers are from; whoever names an image spells it out for us. */
const DEFAULT_STORE = "[overlay@/var/lib/containers/storage]";

/**
 * Scopes: which are looked up, in what order, which of them applies, and which may be written.
 * Candidates of our own extensions are marked by `explain` and left out of the comparison.
 */
export const scopes: Suite = {
  name: "scopes",
  observe(test, subject) {
    switch (operation(test)) {
      case "dockerScopes":
        return flag(test, "ok")
          ? candidates(test, "docker", text(test, "input"), subject)
          : withoutIdentity(test, subject);
      case "transportScopes":
        return candidates(test, text(test, "transport"), transportName(test), subject);
      case "validateScope":
        return validateScope(test, subject);
      case "lookup":
        return lookup(test, subject);
      default:
        throw unknownOperation(test);
    }
  },
};

function candidates(test: Case, transport: string, name: string, subject: Subject): Observation {
  const upstream = flag(test, "ok")
    ? {
        identity: text(test, "identity"),
        namespaces: list(test, "namespaces"),
        lookupOrder: list(test, "lookupOrder"),
      }
    : null;
  const explained = subject.explain({ transport, name });
  if (explained instanceof NameRefused) return refused(upstream, explained);
  const lookupOrder = ofStandard(explained)
    .filter((candidate) => candidate.transport === transport)
    .map(({ scope }) => scope);
  const ours = { identity: lookupOrder[0], namespaces: lookupOrder.slice(1, -1), lookupOrder };
  return { upstream, ours };
}

/**
 * A reference whose identity upstream calls an error. In mode `user` we would complete it, as upstream's callers do;
 * containerd's mode, given the canonical spelling, has to refuse it.
 */
function withoutIdentity(test: Case, subject: Subject): Observation {
  const name = subject.probe.parseNormalized(text(test, "input"))?.string;
  if (name === undefined) throw new MalformedCase('"input" does not parse');
  const explained = subject.explain({ name, mode: "containerd" });
  if (explained instanceof NameRefused) return refused(null, explained);
  return { upstream: null, ours: { identity: ofStandard(explained)[0]?.scope } };
}

/** Transport strings of `docker:` begin with `//`, which whoever names the transport cuts off. */
function transportName(test: Case): string {
  const input = text(test, "input");
  switch (text(test, "transport")) {
    case "docker":
      return input.replace(/^\/\//, "");
    case "containers-storage":
      return `${DEFAULT_STORE}${input}`;
    default:
      return input;
  }
}

function validateScope(test: Case, subject: Subject): Observation {
  const transports = { [text(test, "transport")]: { [text(test, "scope")]: REJECT } };
  const loaded = subject.load({ default: REJECT, transports });
  const upstream = { valid: flag(test, "valid") };
  if (loaded instanceof PolicyError) return { upstream, ours: { valid: false }, reason: loaded.message };
  return { upstream, ours: { valid: true } };
}

function lookup(test: Case, subject: Subject): Observation {
  const transports = Object.fromEntries(
    Object.entries(object(test, "policyScopes")).map(([transport, keys]) => {
      if (!Array.isArray(keys)) throw new MalformedCase('"policyScopes" is not an object of arrays');
      return [transport, Object.fromEntries(keys.map((key) => [key, REJECT]))];
    }),
  );
  const image = { transport: text(test, "transport"), name: text(test, "imageReference") };
  const upstream = { matched: matched(test["matched"]) };
  const explained = subject.explain(image, { default: REJECT, transports });
  if (explained instanceof NameRefused) return refused(upstream, explained);
  const first = explained.candidates.findIndex(({ present }) => present);
  if (first !== explained.applies)
    return { upstream, ours: { applies: explained.applies, firstPresent: first } };
  return { upstream, ours: { matched: matched(ofStandard(explained).find(({ present }) => present)) } };
}

function ofStandard({ candidates }: Explanation): Candidate[] {
  return candidates.filter(({ extension }) => !extension);
}

/** Null for the policy's `default`. */
function matched(value: unknown): { transport: unknown; scope: unknown } | null {
  if (value === null || (isObject(value) && value["transport"] === "")) return null;
  if (!isObject(value)) throw new MalformedCase('"matched" is neither an object nor null');
  return { transport: value["transport"], scope: value["scope"] };
}
