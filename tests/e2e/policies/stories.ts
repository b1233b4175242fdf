import { ACCEPTED, ACCEPTED_ANYTHING, type Outcome, refused } from "../outcome.js";

/** What a policy is written for. */
export interface Place {
  /** Host and port. */
  readonly registry: string;
  /** Registry and repository; the images are below it. */
  readonly scope: string;
  /** Public key files: that of who signed the image, and another. */
  readonly team: string;
  readonly stranger: string;
}

/** Text of a policy; null: there is no file. */
export type PolicyText = (place: Place) => string | null;

/** A policy the daemon is started with, what becomes of its files while it runs, and of two pulls afterwards. */
export interface Story {
  readonly story: string;
  readonly policy: PolicyText;
  /** What stands in the policy's place once it is in force. */
  readonly later?: PolicyText;
  /** What becomes of the team's key file, once that policy is in force: the stranger's key is in it, or it is gone. */
  readonly key?: "replaced" | "removed";
  /** Of an image that the team has signed. */
  readonly signed: Outcome;
  /** Of one that nobody has. */
  readonly unsigned: Outcome;
}

const none: PolicyText = () => null;
const text =
  (policy: string): PolicyText =>
  () =>
    policy;
const policy =
  (defaults: string, scopes: (place: Place) => Record<string, object[]> = () => ({})): PolicyText =>
  (place) =>
    JSON.stringify({ default: [{ type: defaults }], transports: { docker: scopes(place) } });
const signedBy = (keyPath: string) => [
  { type: "sigstoreSigned", keyPath, signedIdentity: { type: "matchRepository" } },
];

const GOOD = policy("reject", ({ scope, team }) => ({ [scope]: signedBy(team) }));
const REJECTING = policy("reject");
const UNSIGNED = refused("no-signature", /^no-signature: no signature found in /);
const NO_POLICY = refused("no-policy", /^no-policy: no policy at \S+policy\.json/);
const REJECTED = refused("rejected-by-policy", /no scope of the policy covers \S+, and its default rejects/);
const JUDGED = { signed: ACCEPTED, unsigned: UNSIGNED };
const both = (outcome: Outcome) => ({ signed: outcome, unsigned: outcome });
const invalid = (why: RegExp) =>
  both(refused("policy-invalid", new RegExp(`^policy-invalid: \\S+policy\\.json:1:\\d+: ${why.source}`)));

export const STORIES: readonly Story[] = [
  { story: "none", policy: none, ...both(NO_POLICY) },
  { story: "one that is in force", policy: GOOD, ...JUDGED },
  { story: "nothing but a default that rejects", policy: REJECTING, ...both(REJECTED) },
  {
    story: "nothing but a default that accepts anything",
    policy: policy("insecureAcceptAnything"),
    ...both(ACCEPTED_ANYTHING),
  },
  // What does not load denies everything.
  { story: "an empty file", policy: text(""), ...invalid(/./) },
  { story: "half of one", policy: text('{"default": [{"type": "rej'), ...invalid(/./) },
  { story: "one without a default", policy: text('{"transports": {}}'), ...invalid(/.*default/) },
  { story: "an empty list of requirements", policy: text('{"default": []}'), ...invalid(/default: /) },
  {
    story: "a member that is misspelt",
    policy: text('{"default": [{"type": "reject"}], "transport": {}}'),
    ...invalid(/transport: /),
  },
  {
    story: "anything accepted below a wildcard",
    policy: policy("reject", ({ registry }) => ({ [`${registry}/*`]: [{ type: "insecureAcceptAnything" }] })),
    ...invalid(/.*wildcard/),
  },
  // Wildcards that podman does not have.
  {
    story: "a wildcard for every registry",
    policy: policy("reject", ({ team }) => ({ "*": signedBy(team) })),
    ...JUDGED,
  },
  {
    story: "a wildcard for a whole registry",
    policy: policy("reject", ({ registry, team }) => ({ [`${registry}/*`]: signedBy(team) })),
    ...JUDGED,
  },
  // What changes while the daemon runs.
  { story: "replaced by one that rejects", policy: GOOD, later: REJECTING, ...both(REJECTED) },
  { story: "written while there is none", policy: none, later: GOOD, ...JUDGED },
  { story: "broken, then mended", policy: text("{"), later: GOOD, ...JUDGED },
  { story: "broken while it is in force", policy: GOOD, later: text("{"), ...JUDGED },
  { story: "emptied while it is in force", policy: GOOD, later: text(""), ...JUDGED },
  { story: "removed while it is in force", policy: GOOD, later: none, ...JUDGED },
  { story: "its key removed while it is in force", policy: GOOD, key: "removed", ...JUDGED },
  {
    story: "its key replaced by another",
    policy: GOOD,
    key: "replaced",
    signed: refused("signature-invalid", /the signature is not by the key of the policy/),
    unsigned: UNSIGNED,
  },
];
