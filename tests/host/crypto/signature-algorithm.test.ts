// Signatures with one algorithm that somebody names, as X.509 and Rekor do: every key with every algorithm.

import assert from "node:assert/strict";
import {
  generateKeyPairSync,
  type KeyObject,
  type KeyPairKeyObjectResult,
  randomBytes,
  sign,
} from "node:crypto";
import { test } from "node:test";
import { ALGORITHMS, verifyNamed } from "./probe.js";

const KEYS: Record<string, KeyPairKeyObjectResult> = {
  "P-256": generateKeyPairSync("ec", { namedCurve: "P-256" }),
  "P-384": generateKeyPairSync("ec", { namedCurve: "P-384" }),
  "P-521": generateKeyPairSync("ec", { namedCurve: "P-521" }),
  RSA: generateKeyPairSync("rsa", { modulusLength: 2048 }),
  Ed25519: generateKeyPairSync("ed25519"),
};

const MESSAGE = randomBytes(200);

/** The signature of OpenSSL with an algorithm of ours; null where such a key knows none. */
function signed(algorithm: string, key: KeyObject): Buffer | null {
  const [family, hash] = algorithm.split("-");
  const type = key.asymmetricKeyType === "ec" ? "ecdsa" : key.asymmetricKeyType;
  return type === family ? sign(hash, MESSAGE, key) : null;
}

function pemOf({ publicKey }: KeyPairKeyObjectResult): string {
  return publicKey.export({ type: "spki", format: "pem" }).toString();
}

for (const [name, pair] of Object.entries(KEYS)) {
  test(`${name}: a signature is good with its own algorithm, and with no other`, () => {
    let good = 0;
    for (const made of ALGORITHMS) {
      const signature = signed(made, pair.privateKey);
      if (signature === null) continue;
      for (const named of ALGORITHMS) {
        const verified = verifyNamed(named, pemOf(pair), MESSAGE, signature);
        assert.equal(verified, named === made, `made with ${made}, verified with ${named}`);
        if (verified) good++;
      }
      signature[signature.length - 1] = (signature[signature.length - 1] ?? 0) ^ 1;
      assert.equal(verifyNamed(made, pemOf(pair), MESSAGE, signature), false);
    }
    assert.equal(good, name === "Ed25519" ? 1 : 3);
  });
}

test("ECDSA is read in DER alone: r and s one behind the other are no signature", () => {
  for (const name of ["P-256", "P-384", "P-521"]) {
    const pair = KEYS[name] as KeyPairKeyObjectResult;
    const raw = sign("sha256", MESSAGE, { key: pair.privateKey, dsaEncoding: "ieee-p1363" });
    assert.equal(verifyNamed("ecdsa-sha256", pemOf(pair), MESSAGE, raw), false, name);
  }
});
