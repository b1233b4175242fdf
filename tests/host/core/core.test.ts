import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import type { Evidence, Image } from "#component/types";
import {
  ArgumentRefused,
  type CoreJudgement,
  coreDigest,
  NameRefused,
  PolicyCore,
  PolicyError,
} from "../../../host/core/core.js";
import { captureInstances } from "./instances.js";
import { evidenceFor, KEY, KEY_PATH, POLICY, SIGNED_IMAGE } from "./signed-image.js";

test("a policy is loaded with the files it names", () => {
  const asked: string[] = [];
  const core = PolicyCore.load(POLICY, (path) => {
    asked.push(path);
    return KEY;
  });
  assert.deepEqual(asked, [KEY_PATH]);
  assert.match(core.summary.digest, /^sha256:[0-9a-f]{64}$/);
  const spki = createHash("sha256").update(derOf(KEY)).digest("hex");
  assert.deepEqual(
    core.summary.keys.map(({ file, fingerprint }) => [file, fingerprint]),
    [[KEY_PATH, spki]],
  );
});

test("a policy that does not load says what is wrong and where", () => {
  assert.throws(
    () => PolicyCore.load(Buffer.from('{"default":[{"type":"refuse"}]}'), () => null),
    (error) => {
      assert.ok(error instanceof PolicyError);
      assert.equal(error.line, 1);
      assert.ok(error.column > 1);
      assert.match(error.path, /^default\[0\]/);
      assert.match(error.message, /^[^\n]+$/);
      return true;
    },
  );
});

test("what stands before the object of a policy is named", () => {
  for (const before of ["\ufeff", "// ours\n", "# ours\n", "default: ", "\ufffe"])
    assert.throws(
      () => PolicyCore.load(Buffer.from(`${before}{"default":[{"type":"reject"}]}`), () => null),
      (error) => {
        assert.ok(error instanceof PolicyError);
        assert.match(error.message, /^expected a JSON object, with no comment or byte order mark before it$/);
        assert.deepEqual([error.line, error.column], [1, 1]);
        return true;
      },
    );
  for (const [text, message] of [
    ["", /^unexpected end of the text$/],
    [" \n", /^unexpected end of the text$/],
    ["[]", /^expected an object$/],
  ] as const)
    assert.throws(
      () => PolicyCore.load(Buffer.from(text), () => null),
      (error) => error instanceof PolicyError && message.test(error.message),
    );
});

test("a file that cannot be read leaves a policy that denies", () => {
  const core = PolicyCore.load(POLICY, () => null);
  assert.equal(core.summary.keys[0]?.fingerprint, undefined);
  assert.notEqual(core.summary.keys[0]?.problem, "");
  const judgement = judgeSigned(core);
  assert.equal(judgement.ok, false);
  assert.equal(judgement.code, "key-unreadable");
});

test("an image signed with the policy's key is accepted, and the judgement says by what", () => {
  const core = loadCore();
  const judgement = judgeSigned(core);
  assert.equal(judgement.ok, true, judgement.reason);
  assert.equal(judgement.code, "accepted");
  assert.equal(judgement.scope, "ghcr.io/automata");
  assert.equal(judgement.signer, core.summary.keys[0]?.fingerprint);
  assert.equal(judgement.policyDigest, core.summary.digest);
});

test("the caller's bytes may change once the policy is loaded", () => {
  const policy = Buffer.from(POLICY);
  const core = PolicyCore.load(policy, () => KEY);
  policy.fill(0);
  core.plan({ ...SIGNED_IMAGE, descriptor: new Uint8Array(OUTSIZED) });
  assert.equal(judgeSigned(core).ok, true);
});

test("explain says which scope applies", () => {
  const explanation = loadCore().explain({ ...SIGNED_IMAGE, mode: "user" });
  assert.equal(explanation.candidates[explanation.applies]?.scope, "ghcr.io/automata");
  assert.equal(explanation.reference?.canonical, SIGNED_IMAGE.name);
});

test("name-invalid: explain refuses a name it cannot read, and the instance stays", (t) => {
  const instances = captureInstances(t);
  const core = loadCore();
  assert.throws(
    () => core.explain({ ...SIGNED_IMAGE, name: "UPPER/CASE", mode: "user" }),
    (error) => error instanceof NameRefused && error.code === "name-invalid" && error.reason !== "",
  );
  assert.equal(judgeSigned(core).ok, true);
  assert.equal(instances.length, 1);
});

test("the digest of the core is that of the module that runs", () => {
  const file = new URL("verifier.core.wasm", import.meta.resolve("#component"));
  assert.equal(coreDigest(), `sha256:${createHash("sha256").update(readFileSync(file)).digest("hex")}`);
});

const HOSTILE_IMAGES: [what: string, image: object][] = [
  ["a descriptor that is text", { descriptor: "{}" }],
  ["a descriptor that is a list of numbers", { descriptor: [123, 125] }],
  ["a descriptor that is a buffer without a view", { descriptor: new ArrayBuffer(2) }],
  ["no descriptor", { descriptor: undefined }],
  ["a name with half a surrogate pair", { name: "ghcr.io/automata/app\ud800" }],
  ["a name that only looks like text", { name: { toString: () => "ghcr.io/automata/app" } }],
  ["a digest that is a number", { digest: 5 }],
  ["a transport that is nothing", { transport: null }],
  ["a mode that there is not", { mode: "podman" }],
  ["no mode", { mode: undefined }],
];
for (const [what, part] of HOSTILE_IMAGES) {
  test(`${what} never reaches the core`, (t) => {
    const instances = captureInstances(t);
    const core = loadCore();
    const image = { ...SIGNED_IMAGE, ...part } as Image;
    assert.throws(() => core.plan(image), ArgumentRefused);
    assert.throws(() => core.judge(image, [], 0n), ArgumentRefused);
    assert.throws(() => core.explain(image), ArgumentRefused);
    assert.equal(judgeSigned(core).ok, true);
    assert.equal(instances.length, 1);
  });
}

test("evidence whose bytes are text never reaches the core, where it would be empty", () => {
  const evidence = evidenceFor({ kind: "manifest", reference: SIGNED_IMAGE.digest });
  const hostile = { ...evidence, val: { ...evidence.val, bytes: "{}" } } as unknown as Evidence;
  assert.throws(() => loadCore().judge(SIGNED_IMAGE, [hostile], 0n), ArgumentRefused);
});

test("evidence that is no list, and a time that is no bigint, are the caller's mistakes, and cost no instance", (t) => {
  const instances = captureInstances(t);
  const core = loadCore();
  const judge = (evidence: unknown, now: unknown) =>
    core.judge(SIGNED_IMAGE, evidence as Evidence[], now as bigint);
  for (const evidence of [undefined, null, {}, "[]"])
    assert.throws(() => judge(evidence, 0n), new ArgumentRefused("evidence is not a list"));
  for (const now of [undefined, 5, "5", new Date()])
    assert.throws(() => judge([], now), new ArgumentRefused("now is not a bigint of seconds"));
  assert.equal(judgeSigned(core).ok, true);
  assert.equal(instances.length, 1);
});

test("a policy or a file that is not bytes is refused", () => {
  assert.throws(
    () => PolicyCore.load(POLICY.toString() as unknown as Uint8Array, () => KEY),
    ArgumentRefused,
  );
  assert.throws(
    () => PolicyCore.load(POLICY, () => KEY.toString() as unknown as Uint8Array),
    ArgumentRefused,
  );
});

test("what a call took in memory is given back after it, whatever came of it", (t) => {
  const instances = captureInstances(t);
  const core = loadCore();
  const long = { ...SIGNED_IMAGE, descriptor: Buffer.from(" ".repeat(40_000)) };
  const calls = () => {
    judgeSigned(core);
    core.plan(long);
    core.explain({ ...SIGNED_IMAGE, mode: "user" });
    assert.throws(() => core.explain({ ...SIGNED_IMAGE, name: "UPPER/CASE", mode: "user" }), NameRefused);
  };
  calls();
  const [instance] = instances;
  const bytes = () => (instance?.exports["memory"] as WebAssembly.Memory).buffer.byteLength;
  const before = bytes();
  for (let i = 0; i < 200; i++) calls();
  assert.equal(bytes(), before);
  assert.equal(instances.length, 1);
});

test("an instance that an outsized request blew up is not kept", (t) => {
  const instances = captureInstances(t);
  const core = loadCore();
  const verdict = core.plan({ ...SIGNED_IMAGE, descriptor: new Uint8Array(OUTSIZED) });
  assert.equal(verdict.tag === "decided" && verdict.val.code, "descriptor-invalid");
  assert.equal(judgeSigned(core).ok, true);
  assert.equal(instances.length, 2);
});

const OUTSIZED = 40 * 1024 * 1024;

function loadCore(): PolicyCore {
  return PolicyCore.load(POLICY, () => KEY);
}

/** Fetches for the core until it decides. */
function judgeSigned(core: PolicyCore): CoreJudgement {
  const evidence: Evidence[] = [];
  let outcome = core.plan(SIGNED_IMAGE);
  while (outcome.tag === "wanted") {
    evidence.push(...outcome.val.map(evidenceFor));
    outcome = core.judge(SIGNED_IMAGE, evidence, 0n);
  }
  return outcome.val;
}

function derOf(pem: Buffer): Buffer {
  return Buffer.from(pem.toString().replace(/-----[^\n]*/g, ""), "base64");
}
