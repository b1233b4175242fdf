// Properties of the core's parsers, through the built component. Seeds are printed by fast-check when one fails.

import assert from "node:assert/strict";
import { sign } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { PolicyCore, PolicyError } from "../../../host/core/core.js";
import {
  coreOf,
  coreWith,
  IMAGE,
  imageNamed,
  judge,
  KEY,
  KEY_PATH,
  REPOSITORY,
  SIGNED,
  signature,
} from "./judging.js";

const RUNS = 300;

/** Requirement lists as people write them. */
const identity = fc.constantFrom(
  { type: "matchRepository" },
  { type: "matchExact" },
  { type: "exactRepository", dockerRepository: "quay.io/a/b" },
  { type: "remapIdentity", prefix: "mirror.example", signedPrefix: "quay.io" },
);
const requirement = fc.oneof(
  fc.constant({ type: "reject" }),
  fc.constant({ type: "insecureAcceptAnything" }),
  identity.map((signedIdentity) => ({ type: "sigstoreSigned", keyPath: KEY_PATH, signedIdentity })),
);
const list = fc.array(requirement, { minLength: 1, maxLength: 3 });
const policy = fc.record({
  default: list,
  transports: fc.dictionary(
    fc.constantFrom("docker", "other"),
    fc.dictionary(
      fc.string().filter((scope) => !scope.endsWith("*") && scope !== "__proto__"),
      list,
      { maxKeys: 4 },
    ),
  ),
});

function load(text: string | Uint8Array): PolicyCore | PolicyError {
  try {
    return PolicyCore.load(Buffer.from(text as string), () => Buffer.from(KEY.publicPem));
  } catch (error) {
    // Anything else, a trap above all, fails the test.
    if (error instanceof PolicyError) return error;
    throw error;
  }
}

/** Puts a byte of the text to something else, or takes it out. */
const damage = fc.record({ at: fc.nat(), byte: fc.nat(255), remove: fc.boolean() });
function damaged(
  bytes: Uint8Array,
  { at, byte, remove }: { at: number; byte: number; remove: boolean },
): Buffer {
  const out = Buffer.from(bytes);
  const index = at % out.length;
  if (remove) return Buffer.concat([out.subarray(0, index), out.subarray(index + 1)]);
  out[index] = byte;
  return out;
}

test("a policy as people write it loads, and its digest does not depend on the writing", () => {
  fc.assert(
    fc.property(policy, fc.nat(4), (value, indent) => {
      const plain = load(JSON.stringify(value));
      const spaced = load(
        JSON.stringify({ transports: value.transports, default: value.default }, null, indent),
      );
      assert.ok(plain instanceof PolicyCore && spaced instanceof PolicyCore);
      assert.equal(plain.summary.digest, spaced.summary.digest);
    }),
    { numRuns: RUNS / 3 },
  );
});

test("two policies that differ have different digests", () => {
  fc.assert(
    fc.property(policy, policy, (a, b) => {
      const [first, second] = [load(JSON.stringify(a)), load(JSON.stringify(b))];
      assert.ok(first instanceof PolicyCore && second instanceof PolicyCore);
      const same = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
      assert.equal(first.summary.digest === second.summary.digest, same);
    }),
    { numRuns: RUNS / 3 },
  );
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, member]) => [name, sorted(member)]));
}

test("what loads is JSON, and what does not has a place in the text", () => {
  fc.assert(
    fc.property(policy, damage, (value, change) => {
      const text = damaged(Buffer.from(JSON.stringify(value, null, 1)), change);
      const loaded = load(text);
      if (loaded instanceof PolicyCore) JSON.parse(text.toString());
      else {
        const lines = text.toString().split("\n");
        assert.ok(loaded.line >= 1 && loaded.line <= lines.length, `line ${loaded.line} of ${lines.length}`);
        assert.ok(loaded.column >= 1);
        assert.match(loaded.message, /^[^\n]{1,200}$/);
      }
    }),
    { numRuns: RUNS },
  );
});

test("a member written twice never loads", () => {
  fc.assert(
    fc.property(policy, fc.nat(), (value, pick) => {
      const text = JSON.stringify(value);
      const members = [...text.matchAll(/"type":"[A-Za-z]+"/g)];
      const member = members[pick % members.length];
      assert.ok(member);
      const twice = `${text.slice(0, member.index)}${member[0]},${text.slice(member.index)}`;
      assert.ok(load(twice) instanceof PolicyError);
    }),
    { numRuns: RUNS / 3 },
  );
});

test("a canonical name is its own canonical form", () => {
  const core = coreWith([{ type: "reject" }]);
  const component = fc.stringMatching(/^[a-z0-9]{1,4}([._-][a-z0-9]{1,3})?$/);
  const name = fc.tuple(
    fc.option(
      fc.constantFrom("localhost", "quay.io", "EXAMPLE.com:5000", "127.0.0.1:80", "index.docker.io"),
      { nil: undefined },
    ),
    fc.array(component, { minLength: 1, maxLength: 3 }),
    fc.option(fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,5}$/), { nil: undefined }),
  );
  fc.assert(
    fc.property(name, ([host, path, tag]) => {
      const written = `${host ? `${host}/` : ""}${path.join("/")}${tag ? `:${tag}` : ""}`;
      const canonical = core.explain(imageNamed(written, { mode: "user" })).reference?.canonical;
      assert.ok(canonical);
      assert.equal(core.explain(imageNamed(canonical, { mode: "user" })).reference?.canonical, canonical);
      // containerd's form is accepted as it is, and no other.
      assert.equal(judge(core, imageNamed(canonical)).code, "rejected-by-policy");
      const full = tag ? written : `${written}:latest`;
      if (full !== canonical) assert.equal(judge(core, imageNamed(full)).code, "name-not-canonical");
    }),
    { numRuns: RUNS },
  );
});

test("any text as a name, and any bytes as a descriptor, get a denial", () => {
  const core = coreWith([SIGNED]);
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme", maxLength: 80 }),
      fc.uint8Array({ maxLength: 200 }),
      (name, bytes) => {
        assert.equal(judge(core, imageNamed(name)).ok, false);
        assert.equal(judge(core, imageNamed(undefined, { descriptor: bytes })).ok, false);
      },
    ),
    { numRuns: RUNS },
  );
});

test("one changed byte of payload, signature or manifest is one too many", () => {
  const core = coreWith([SIGNED]);
  const good = signature();
  assert.equal(judge(core, imageNamed(), { signatures: [good] }).ok, true);
  fc.assert(
    fc.property(damage, (change) => {
      const payload = damaged(good.payload, change);
      const raw = damaged(Buffer.from(good.signature, "base64"), change);
      const manifest = damaged(IMAGE.bytes, change);
      if (!payload.equals(good.payload)) {
        assert.equal(judge(core, imageNamed(), { signatures: [{ ...good, payload }] }).ok, false);
      }
      if (raw.toString("base64") !== good.signature) {
        const signatures = [{ ...good, signature: raw.toString("base64") }];
        assert.equal(judge(core, imageNamed(), { signatures }).ok, false);
      }
      if (!manifest.equals(IMAGE.bytes)) {
        assert.equal(judge(core, imageNamed(), { manifest, signatures: [good] }).ok, false);
      }
    }),
    { numRuns: RUNS },
  );
});

test("a signed payload that was damaged before it was signed is never accepted for another image or name", () => {
  const core = coreOf({ default: [{ ...SIGNED, signedIdentity: { type: "matchExact" } }] });
  const text = signature({ dockerReference: `${REPOSITORY}:1` }).payload;
  fc.assert(
    fc.property(damage, (change) => {
      const payload = damaged(text, change);
      const signatures = [{ payload, signature: sign("sha256", payload, KEY.privateKey).toString("base64") }];
      const judgement = judge(core, imageNamed(), { signatures });
      if (!judgement.ok) return;
      const { critical } = JSON.parse(payload.toString());
      assert.equal(critical.image["docker-manifest-digest"], IMAGE.digest);
      assert.equal(critical.identity["docker-reference"], `${REPOSITORY}:1`);
    }),
    { numRuns: RUNS },
  );
});

test("any bytes under the signature tag are rejected items, whatever they are", () => {
  const core = coreWith([SIGNED]);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const signatureManifest = { bytes, mediaType: "application/vnd.oci.image.manifest.v1+json" };
      const judgement = judge(core, imageNamed(), { signatureManifest });
      assert.equal(judgement.ok, false);
    }),
    { numRuns: RUNS },
  );
});
