// Signatures by cosign 3.1 and, for what it does not make, by OpenSSL, with the verdicts of cosign and skopeo.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { sharedPath } from "../../support/shared.js";
import { parseKey, verify } from "./probe.js";

const VECTORS = sharedPath("vectors/cosign");
const skip = VECTORS === null ? "no shared vectors" : false;

function read(path: string): string {
  return readFileSync(`${VECTORS}/${path}`, "utf8");
}

/** Whether the signature in the dumped repository is by the key; the problem with the key if there is one. */
function outcome(repository: string, key: string): boolean | string {
  const pem = read(`keys/${key}`);
  const parsed = parseKey(pem);
  if (typeof parsed === "string") return parsed;
  const payload = readFileSync(`${VECTORS}/dumps/${repository}/sha256-04e1a042.sig.layer0.json`);
  const manifest = JSON.parse(read(`dumps/${repository}/sha256-04e1a042.sig.manifest.json`));
  const signature = manifest.layers[0].annotations["dev.cosignproject.cosign/signature"];
  return verify(pem, payload, Buffer.from(signature, "base64"));
}

test("cosign's own signatures by keys of every kind are accepted", { skip }, () => {
  assert.equal(outcome("legacy3", "k3.pub"), true, "ECDSA P-256");
  assert.equal(outcome("k-p384", "i-p384.pub"), true, "ECDSA P-384 over SHA-384");
  assert.equal(outcome("k-p521", "i-p521.pub"), true, "ECDSA P-521 over SHA-512");
  assert.equal(outcome("k-rsa", "i-rsa.pub"), true, "RSA");
  assert.equal(outcome("k-ed", "i-ed.pub"), true, "Ed25519ph");
});

test("cosign's own signatures by other keys are refused", { skip }, () => {
  for (const repository of ["legacy3", "k-p384", "k-p521", "k-rsa", "k-ed"])
    for (const key of ["wrong.pub", "i-rsa2.pub"]) assert.equal(outcome(repository, key), false, repository);
});

/** Stricter than cosign and skopeo (README.md, "What it does"). */
const REFUSED_KEYS = new Map([
  ["rsa1k-sha256", "RSA keys below 2048 bits are refused"],
  ["p224-sha256", "P-224 keys are refused"],
  ["k1-sha256", "the curve is none of P-256, P-384 and P-521"],
]);

test("every algorithm has the verdict of cosign and skopeo, but for keys that are too weak", { skip }, () => {
  const rows = read("algorithm-oracle.tsv").trim().split("\n");
  assert.equal(rows.length, 10);
  for (const row of rows) {
    const [name = "", key = "", cosign = "", skopeo = ""] = row.split("\t");
    const accepted = cosign === "cosign=ACCEPT";
    assert.equal(skopeo === "skopeo=ACCEPT", accepted, row);
    assert.equal(outcome(`alg-${name}`, key), REFUSED_KEYS.get(name) ?? accepted, row);
  }
});
