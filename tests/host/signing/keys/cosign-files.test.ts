// Key files made by cosign, and by others in cosign's format with the verdict of cosign.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { readPrivateKey } from "../../../../host/signing/keys/private-key.js";
import { parsePublicKey } from "../../../../host/signing/keys/public-key.js";
import { KeyRefused } from "../../../../host/signing/keys/refused.js";
import { sharedPath } from "../../../support/shared.js";

const PASSWORD = "fixture-password";

const folder = sharedPath("vectors/cosign/keys");
const fileNamed = (name: string) => readFileSync(`${folder}/${name}`);
const read = (file: Uint8Array, password = PASSWORD) =>
  readPrivateKey(file, async () => Buffer.from(password));

describe("cosign's key files", { skip: folder === null }, () => {
  const accepted: [file: string, publicFile: string, password?: string][] = [
    ["k3.key", "k3.pub"],
    ["k25.key", "k25.pub"],
    ["wrong.key", "wrong.pub"],
    ["empty.key", "empty.pub", ""],
    ["i-ed.key", "i-ed.pub"],
    ["i-rsa.key", "i-rsa.pub"],
    ["i-p384.key", "i-p384.pub"],
    ["i-p521.key", "i-p521.pub"],
    ["kdf/kdf-n32768.key", "kdf/p-p256.pub"],
    ["kdf/kdf-n32768old.key", "kdf/p-p256.pub"],
    ["kdf/kdf-n65536.key", "kdf/p-p256.pub"],
    ["kdf/kdf-oldhdr.key", "kdf/p-p256.pub"],
    ["kdf/kdf-n131072.key", "kdf/p-p256.pub"],
    ["kdf/p-p256.pem", "kdf/p-p256.pub"],
    ["plain-ed.pem", "i-ed.pub"],
    ["plain-p384.pem", "i-p384.pub"],
    ["plain-p521.pem", "i-p521.pub"],
    ["plain-rsa.pem", "i-rsa.pub"],
    ["plain-rsa2.pem", "i-rsa2.pub"],
    ["plain-rsa2.pem", "i-rsapkcs1.pub"],
  ];
  for (const [file, publicFile, password] of accepted) {
    test(`${file} is the key of ${publicFile}`, async () => {
      const { publicKey } = await read(fileNamed(file), password);
      assert.deepEqual(publicKey, parsePublicKey(fileNamed(publicFile)));
    });
  }

  test("the public key is written as cosign writes it", async () => {
    const { publicKey } = await read(fileNamed("k3.key"));
    assert.equal(publicKey.pem, fileNamed("k3.pub").toString());
  });

  test("with CRLF, all the same", async () => {
    const { publicKey } = await read(Buffer.from(fileNamed("k3.key").toString().replaceAll("\n", "\r\n")));
    assert.equal(publicKey.pem, fileNamed("k3.pub").toString());
  });

  const refused: [file: string, message: RegExp][] = [
    ["kdf/kdf-n1024.key", /^scrypt parameters N=1024, r=8, p=1 are not among those of cosign$/],
    ["kdf/kdf-r4.key", /^scrypt parameters N=65536, r=4, p=1 /],
    ["kdf/kdf-p2.key", /^scrypt parameters N=65536, r=8, p=2 /],
    ["kdf/kdf-badhdr.key", /^an encrypted PKCS#8 key: decrypt it first/],
    ["plain-k1.pem", /^the curve is none of P-256, P-384 and P-521: secp256k1$/],
    ["plain-p224.pem", /^the curve is none of P-256, P-384 and P-521: secp224r1$/],
    ["plain-rsa1k.pem", /^an RSA key has 2048 to 8192 bits, not 1024$/],
    ["k3.pub", /^not a private key, but PUBLIC KEY$/],
    ["empty.key", /^wrong password$/],
  ];
  for (const [file, message] of refused) {
    test(`${file} is refused`, async () => {
      await assert.rejects(read(fileNamed(file)), (error) => {
        assert.ok(error instanceof KeyRefused);
        assert.match(error.message, message);
        return true;
      });
    });
  }

  for (const file of ["i-k1.pub", "i-p224.pub", "i-rsa1k.pub", "i-twokeys.pub", "k3.key"]) {
    test(`${file} is refused as a public key`, () => {
      assert.throws(() => parsePublicKey(fileNamed(file)), KeyRefused);
    });
  }
});
