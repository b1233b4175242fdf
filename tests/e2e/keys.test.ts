// Keys, signatures and payloads of ours in the hands of a real cosign, and its keys in ours. No registry, no network.
import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, type KeyObject, verify } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";

import { signedBundle } from "../../host/signing/payload/bundle.js";
import { simpleSigningPayload } from "../../host/signing/payload/simple-signing.js";
import { COSIGN_SIGN } from "../../host/signing/payload/statement.js";
import { readSigner, type Signer } from "../../host/signing/signer.js";
import { MAIN } from "../support/countersign/cli.js";
import { findPeers } from "../support/peers/peers.js";
import { succeed } from "../support/process.js";

const PASSWORD = "correct horse";
const MANIFEST = Buffer.from("{}");
const MANIFEST_DIGEST = `sha256:${createHash("sha256").update(MANIFEST).digest("hex")}`;
const OFFLINE = "--insecure-ignore-tlog=true";

const KINDS: readonly [kind: string, generate: () => { privateKey: KeyObject }][] = [
  ["P-256", () => generateKeyPairSync("ec", { namedCurve: "P-256" })],
  ["P-384", () => generateKeyPairSync("ec", { namedCurve: "P-384" })],
  ["P-521", () => generateKeyPairSync("ec", { namedCurve: "P-521" })],
  ["RSA", () => generateKeyPairSync("rsa", { modulusLength: 2048 })],
  ["Ed25519", () => generateKeyPairSync("ed25519")],
];

const peers = findPeers();
const skip = "unavailable" in peers ? peers.unavailable : false;
const folder = mkdtempSync(join(tmpdir(), "countersign-keys-"));
after(() => rmSync(folder, { recursive: true }));

const at = (name: string) => join(folder, name);
const readText = (name: string) => readFileSync(at(name), "utf8");
const options = { cwd: folder, env: { ...process.env, COSIGN_PASSWORD: PASSWORD, HOME: folder } };
const cosign = (...args: string[]) =>
  succeed("unavailable" in peers ? "" : join(peers.bin, "cosign"), args, options);
const countersign = (...args: string[]) => succeed(process.execPath, [MAIN, ...args], options);
const signerOf = (name: string): Promise<Signer> =>
  readSigner(readFileSync(at(`${name}.key`)), async () => Buffer.from(PASSWORD));

describe("a key that we generate", { skip }, () => {
  test("cosign opens it and sees the same public key", async () => {
    await countersign("generate-key-pair", "--output-key-prefix", "ours");
    assert.equal(await cosign("public-key", "--key", "ours.key"), readText("ours.pub"));
  });

  test("cosign signs with it what the public key verifies", async () => {
    writeFileSync(at("message"), "a message");
    const offline = ["--tlog-upload=false", "--use-signing-config=false", "--new-bundle-format=false", "-y"];
    await cosign(
      "sign-blob",
      "--key",
      "ours.key",
      ...offline,
      "--output-signature",
      "message.sig",
      "message",
    );
    const signature = Buffer.from(readText("message.sig"), "base64");
    assert.ok(verify("sha256", Buffer.from("a message"), readText("ours.pub"), signature));
  });
});

describe("a key that cosign generates", { skip }, () => {
  test("we open it and see the same public key", async () => {
    await cosign("generate-key-pair", "--output-key-prefix", "theirs");
    assert.equal(await countersign("public-key", "--key", "theirs.key"), readText("theirs.pub"));
  });
});

for (const [kind, generate] of KINDS) {
  describe(`${kind}, imported`, { skip }, () => {
    test("by us: cosign opens it and sees the same public key", async () => {
      const pem = generate().privateKey.export({ type: "pkcs8", format: "pem" });
      writeFileSync(at(`${kind}.pem`), pem);
      await countersign("import-key", "--key", `${kind}.pem`, "--output-key-prefix", kind);
      assert.equal(await cosign("public-key", "--key", `${kind}.key`), readText(`${kind}.pub`));
    });

    test("by cosign: we open it and see the same public key", async () => {
      await cosign("import-key-pair", "--key", `${kind}.pem`, "--output-key-prefix", `${kind}-cosign`, "-y");
      assert.equal(await countersign("public-key", "--key", `${kind}-cosign.key`), readText(`${kind}.pub`));
    });

    test("cosign verifies our signature of a payload", async () => {
      const claim = { manifestDigest: MANIFEST_DIGEST, annotations: new Map() };
      const payload = simpleSigningPayload("registry.example/app", claim);
      const signature = (await signerOf(kind)).sign(payload);
      writeFileSync(at("payload"), payload);
      writeFileSync(at("payload.sig"), Buffer.from(signature).toString("base64"));
      const signed = ["--signature", "payload.sig", "--new-bundle-format=false", "payload"];
      await cosign("verify-blob", "--key", `${kind}.pub`, OFFLINE, ...signed);
    });

    test("cosign verifies our bundle, in which the image has two names", async () => {
      const names = ["registry.example/app", "registry.example/app:1"];
      const claim = { manifestDigest: MANIFEST_DIGEST, annotations: new Map([["a", "<b>"]]) };
      writeFileSync(at("bundle.json"), signedBundle(await signerOf(kind), names, claim));
      writeFileSync(at("manifest.json"), MANIFEST);
      const signed = ["--bundle", "bundle.json", "--type", COSIGN_SIGN, "manifest.json"];
      await cosign("verify-blob-attestation", "--key", `${kind}.pub`, OFFLINE, ...signed);
    });
  });
}

test("cosign would sign the same payload", { skip }, async () => {
  const annotations = new Map([
    ["9", "é "],
    ["10", "a<b>&\u2028\u0001"],
    ["\u{1f601}", "1"],
    ["\ufffd", "2"],
  ]);
  const given = [...annotations].flatMap(([name, value]) => ["-a", `${name}=${value}`]);
  const image = `registry.example/app@${MANIFEST_DIGEST}`;
  const payload = simpleSigningPayload("registry.example/app", {
    manifestDigest: MANIFEST_DIGEST,
    annotations,
  });
  assert.equal(await cosign("generate", ...given, image), Buffer.from(payload).toString());
});
