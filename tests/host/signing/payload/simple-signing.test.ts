import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";

import { simpleSigningPayload } from "../../../../host/signing/payload/simple-signing.js";
import { sharedPath } from "../../../support/shared.js";
import { generateKey, signLegacy } from "../../../support/sign.js";

const DIGEST = "sha256:04e1a0420de49096c77cd2e2c4188aeba704ea5237617ede73ec30cde41e9d1f";

function payload(dockerReference: string, annotations: Readonly<Record<string, string>> = {}): string {
  const claim = { manifestDigest: DIGEST, annotations: new Map(Object.entries(annotations)) };
  return Buffer.from(simpleSigningPayload(dockerReference, claim)).toString();
}

const dumps = sharedPath("vectors/cosign/dumps");
describe("the bytes are those that cosign signed", { skip: dumps === null }, () => {
  const cases: [dump: string, layer: number, reference: string, annotations?: Record<string, string>][] = [
    ["legacy3", 0, "127.0.0.1:5077/fix/legacy3"],
    ["legacy25", 0, "127.0.0.1:5077/fix/legacy25"],
    ["annot", 0, "127.0.0.1:5077/fix/annot", { zeta: "1", n: "a<b>&'c'é", build: "42", alpha: "x" }],
    ["append", 2, "127.0.0.1:5077/fix/append", { x: "1" }],
    ["ident", 0, "registry.example.com/prod/app:v1"],
    ["ident", 1, "registry.example.com/prod/app"],
  ];
  for (const [dump, layer, reference, annotations] of cases) {
    test(`${dump}, layer ${layer}`, () => {
      const file = `${dumps}/${dump}/sha256-04e1a042.sig.layer${layer}.json`;
      assert.equal(payload(reference, annotations), readFileSync(file, "utf8"));
    });
  }
});

// Printed by `cosign generate -a …` 3.1.1.
test("annotations are sorted by their bytes and escaped as by Go", () => {
  const annotations = { "9": "é ", "10": "a<b>&\u0001\u007f\b\f", "\u{1f601}": "1", "\ufffd": "fffd" };
  const optional = `{"10":"a\\u003cb\\u003e\\u0026\\u0001\u007f\\b\\f","9":"é ","\ufffd":"fffd","\u{1f601}":"1"}`;
  assert.ok(payload("r/x", annotations).endsWith(`,"optional":${optional}}`));
});

test("an annotation may have any name", () => {
  const annotations = new Map([["__proto__", "1"]]);
  const bytes = simpleSigningPayload("r/x", { manifestDigest: DIGEST, annotations });
  assert.match(Buffer.from(bytes).toString(), /"optional":\{"__proto__":"1"\}\}$/);
});

test("what the tests' own signer writes is the same", () => {
  const optional = { b: "\u2028<", a: "1" };
  const { privateKey } = generateKey();
  const other = signLegacy({ privateKey, dockerReference: "r/x:1", manifestDigest: DIGEST, optional });
  assert.equal(payload("r/x:1", optional), Buffer.from(other.payload).toString());
});
