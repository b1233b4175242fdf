import assert from "node:assert/strict";
import { verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";

import { generatePrivateKey } from "../../../../host/signing/keys/private-key.js";
import { signedBundle } from "../../../../host/signing/payload/bundle.js";
import { preAuthenticationEncoding } from "../../../../host/signing/payload/dsse.js";
import { createSigner, type Signer } from "../../../../host/signing/signer.js";
import { sharedPath } from "../../../support/shared.js";

const DIGEST = "sha256:04e1a0420de49096c77cd2e2c4188aeba704ea5237617ede73ec30cde41e9d1f";
const NAMES = ["registry.example/team/app", "registry.example/team/app:1"];

interface Bundle {
  dsseEnvelope: { payload: string; payloadType: string; signatures: { sig: string }[] };
}

let signer: Signer;
before(async () => {
  signer = await createSigner(generatePrivateKey());
});

function bundleText(names: readonly string[], annotations: readonly [string, string][] = []): string {
  return Buffer.from(
    signedBundle(signer, names, { manifestDigest: DIGEST, annotations: new Map(annotations) }),
  ).toString();
}

function statementText(bundle: string): string {
  const { dsseEnvelope } = JSON.parse(bundle) as Bundle;
  return Buffer.from(dsseEnvelope.payload, "base64").toString();
}

test("the image is a subject under each name, with its annotations", () => {
  const hex = DIGEST.slice("sha256:".length);
  const rest = `"digest":{"sha256":"${hex}"},"annotations":{"10":"<b>&\u2028","9":"é"}}`;
  assert.equal(
    statementText(
      bundleText(NAMES, [
        ["9", "é"],
        ["10", "<b>&\u2028"],
      ]),
    ),
    `{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"${NAMES[0]}",${rest},{"name":"${NAMES[1]}",${rest}],` +
      `"predicateType":"https://sigstore.dev/cosign/sign/v1","predicate":{}}`,
  );
});

test("the one signature is over the payload's pre-authentication encoding", () => {
  const { dsseEnvelope } = JSON.parse(bundleText(NAMES)) as Bundle;
  const payload = Buffer.from(dsseEnvelope.payload, "base64");
  const header = `DSSEv1 28 application/vnd.in-toto+json ${payload.length} `;
  const signatures = dsseEnvelope.signatures.map(({ sig }) => Buffer.from(sig, "base64"));
  assert.equal(signatures.length, 1);
  const [signature = Buffer.alloc(0)] = signatures;
  assert.ok(verify("sha256", Buffer.concat([Buffer.from(header), payload]), signer.publicKey.pem, signature));
});

test("signing the same again gives the same bundle", () => {
  assert.equal(bundleText(NAMES), bundleText(NAMES));
});

// https://github.com/secure-systems-lab/dsse/blob/master/protocol.md, "Test vectors".
test("pre-authentication encoding: the example of the specification", () => {
  const encoded = preAuthenticationEncoding("http://example.com/HelloWorld", Buffer.from("hello world"));
  assert.equal(Buffer.from(encoded).toString(), "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
});

test("pre-authentication encoding counts bytes", () => {
  assert.equal(Buffer.from(preAuthenticationEncoding("é", Buffer.from("ü!"))).toString(), "DSSEv1 2 é 3 ü!");
});

const dumps = sharedPath("vectors/cosign/dumps");
describe("beside a bundle of cosign's", { skip: dumps === null }, () => {
  const cases: [dump: string, annotations: [string, string][]][] = [
    ["bundle", []],
    [
      "bundle-annot",
      [
        ["build", "42"],
        ["alpha", "x"],
      ],
    ],
  ];
  for (const [dump, annotations] of cases) {
    test(`${dump}: the same text, but for names, key and signature`, () => {
      const cosigns = readFileSync(`${dumps}/${dump}/sha256-04e1a042.ref0.layer0.json`, "utf8");
      const ours = bundleText(["x"], annotations);
      assert.equal(statementText(ours).replace(`"name":"x",`, ""), statementText(cosigns));
      assert.equal(withoutValues(ours), withoutValues(cosigns));
    });
  }
});

/** A bundle's text with what differs from one signature to the next left out. */
function withoutValues(bundle: string): string {
  return bundle.replace(/"(hint|payload|sig)":"[A-Za-z0-9+/]+=*"/g, '"$1":""');
}
