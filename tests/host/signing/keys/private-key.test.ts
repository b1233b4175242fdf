import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { describe, test } from "node:test";

import {
  generatePrivateKey,
  readPlainPrivateKey,
  readPrivateKey,
  sealPrivateKey,
} from "../../../../host/signing/keys/private-key.js";
import { parsePublicKey } from "../../../../host/signing/keys/public-key.js";
import { KeyRefused } from "../../../../host/signing/keys/refused.js";

const PASSWORD = Buffer.from("correct horse");
const noPassword = () => assert.fail("nobody should be asked for a password");
const ec = (namedCurve: string) => generateKeyPairSync("ec", { namedCurve });
const pkcs8 = (key: KeyObject) => key.export({ type: "pkcs8", format: "pem" }) as string;

const p256 = ec("P-256");
const plain = pkcs8(p256.privateKey);
const publicPem = p256.publicKey.export({ type: "spki", format: "pem" });

describe("a key in the clear", () => {
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const sec1 = p256.privateKey.export({ type: "sec1", format: "pem" }) as string;
  const parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
  const accepted: [title: string, file: string, kind: string, publicKey: KeyObject][] = [
    ["PKCS#8", plain, "ecdsa-p256", p256.publicKey],
    ["SEC1", sec1, "ecdsa-p256", p256.publicKey],
    ["SEC1 as openssl ecparam writes it", parameters + sec1, "ecdsa-p256", p256.publicKey],
    ["PKCS#1", rsa.privateKey.export({ type: "pkcs1", format: "pem" }) as string, "rsa", rsa.publicKey],
    ["text before and behind", `Bag Attributes\n${plain}\nthe end\n`, "ecdsa-p256", p256.publicKey],
    ["CRLF", plain.replaceAll("\n", "\r\n"), "ecdsa-p256", p256.publicKey],
    ["no line end at the end", plain.trimEnd(), "ecdsa-p256", p256.publicKey],
  ];
  for (const [title, file, kind, publicKey] of accepted) {
    test(title, async () => {
      const key = await readPrivateKey(Buffer.from(file), noPassword);
      assert.equal(key.kind, kind);
      assert.equal(key.publicKey.pem, publicKey.export({ type: "spki", format: "pem" }));
    });
  }

  const encrypted = { type: "pkcs1", format: "pem", cipher: "aes-128-cbc", passphrase: "x" } as const;
  const refused: [title: string, file: string, message: RegExp][] = [
    ["nothing", "", /^no key in the PEM file$/],
    ["no PEM", "hello", /^no key in the PEM file$/],
    ["parameters only", parameters, /^no key in the PEM file$/],
    ["two keys", plain + plain, /^more than one PEM block$/],
    ["cut off", plain.slice(0, 100), /^not a PEM file$/],
    ["a body that is not base64", plain.replace("\nM", "\n*"), /^not a PEM file: its body is not base64$/],
    ["a label that does not fit", plain.replaceAll("PRIVATE", "RSA PRIVATE"), /DER \(pkcs1\)$/],
    [
      "DER of something else",
      plain.replace(/\n[^-]+\n/, "\nMAMCAQA=\n"),
      /^not a private key in DER \(pkcs8\)$/,
    ],
    ["encrypted by OpenSSL", rsa.privateKey.export(encrypted) as string, /^encrypted by OpenSSL: /],
    [
      "encrypted PKCS#8",
      rsa.privateKey.export({ ...encrypted, type: "pkcs8" }) as string,
      /^an encrypted PKCS#8 key: /,
    ],
    [
      "a key in a format of another program",
      plain.replaceAll("PRIVATE KEY", "OPENSSH PRIVATE KEY"),
      /^OPENSSH PRIVATE KEY is not supported: convert it to PKCS#8$/,
    ],
    ["a certificate", plain.replaceAll("PRIVATE KEY", "CERTIFICATE"), /^not a private key, but CERTIFICATE$/],
    ["secp256k1", pkcs8(ec("secp256k1").privateKey), /: secp256k1$/],
    ["P-224", pkcs8(ec("secp224r1").privateKey), /: secp224r1$/],
    ["RSA of 1024 bits", pkcs8(generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey), /not 1024$/],
    [
      "RSA for PSS only",
      pkcs8(generateKeyPairSync("rsa-pss", { modulusLength: 2048 }).privateKey),
      /: rsa-pss$/,
    ],
    [
      "DSA",
      pkcs8(generateKeyPairSync("dsa", { modulusLength: 1024, divisorLength: 160 }).privateKey),
      /: dsa$/,
    ],
    ["Ed448", pkcs8(generateKeyPairSync("ed448").privateKey), /: ed448$/],
    ["X25519", pkcs8(generateKeyPairSync("x25519").privateKey), /: x25519$/],
    ["halves of two keys", withPublicHalfOf(p256.privateKey, ec("P-256").publicKey), /does not belong/],
  ];
  for (const [title, file, message] of refused) {
    test(`refused: ${title}`, () => {
      assert.throws(() => readPlainPrivateKey(Buffer.from(file)), refusalLike(message));
    });
  }
});

/** SEC1 (RFC 5915) ends with the public point, which OpenSSL believes. */
function withPublicHalfOf(privateKey: KeyObject, publicKey: KeyObject): string {
  const der = privateKey.export({ type: "sec1", format: "der" });
  const other = publicKey.export({ type: "spki", format: "der" });
  other.subarray(-65).copy(der, der.length - 65);
  return `-----BEGIN EC PRIVATE KEY-----\n${der.toString("base64")}\n-----END EC PRIVATE KEY-----\n`;
}

describe("a key that was encrypted here", async () => {
  const key = await readPrivateKey(Buffer.from(plain), noPassword);
  const sealed = await sealPrivateKey(key, PASSWORD);
  const json = Buffer.from(sealed.replace(/-----.*-----/g, ""), "base64").toString();

  test("has the members of cosign's, in their order", () => {
    const members = `{"kdf":{"name":"scrypt","params":{"N":65536,"r":8,"p":1},"salt":"32"},"cipher":{"name":"nacl/secretbox","nonce":"24"},"ciphertext":"154"}`;
    const lengths = json.replace(
      /"[A-Za-z0-9+/]{32,}=*"/g,
      (text) => `"${Buffer.from(text, "base64").length}"`,
    );
    assert.equal(lengths, members);
    assert.match(
      sealed,
      /^-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n(?:[^\n]{64}\n)+[^\n]{1,64}\n-----END /,
    );
  });

  test("is read with its password", async () => {
    const { publicKey } = await readPrivateKey(Buffer.from(sealed), async () => PASSWORD);
    assert.equal(publicKey.pem, publicPem);
  });

  test("is encrypted anew each time", async () => {
    assert.notEqual(await sealPrivateKey(key, PASSWORD), sealed);
  });

  test("is not one to import", () => {
    assert.throws(
      () => readPlainPrivateKey(Buffer.from(sealed)),
      refusalLike(/^already in cosign's format$/),
    );
  });

  const changed = (from: string | RegExp, to: string) => json.replace(from, to);
  const broken: [title: string, json: string, message: RegExp][] = [
    ["no JSON", "{", /^not a cosign key: what is in its PEM block is not JSON$/],
    ["null", "null", /^not encrypted as cosign does/],
    ["another KDF", changed("scrypt", "argon2"), /^not encrypted as cosign does/],
    ["another cipher", changed("nacl/secretbox", "aes"), /^not encrypted as cosign does/],
    ["no parameters", changed(/"params":\{[^}]*\},/, ""), /^not a cosign key: its JSON lacks a member$/],
    ["N as text", changed("65536", '"65536"'), /^not a cosign key: its JSON lacks a member$/],
    ["no salt", changed(/,"salt":"[^"]*"/, ""), /^not a cosign key: its JSON lacks a member$/],
    ["a short nonce", changed(/"nonce":"[^"]*"/, '"nonce":"AAAA"'), /^not a cosign key: its JSON lacks/],
    ["N that would take all memory", changed("65536", "1073741824"), /^scrypt parameters N=1073741824/],
    ["a short ciphertext", changed(/"ciphertext":"[^"]*"/, '"ciphertext":"AAAA"'), /^wrong password$/],
  ];
  for (const [title, text, message] of broken) {
    test(`refused: ${title}`, async () => {
      const body = Buffer.from(text).toString("base64");
      const file = `-----BEGIN ENCRYPTED COSIGN PRIVATE KEY-----\n${body}\n-----END ENCRYPTED COSIGN PRIVATE KEY-----\n`;
      await assert.rejects(
        readPrivateKey(Buffer.from(file), async () => PASSWORD),
        refusalLike(message),
      );
    });
  }

  for (const password of ["", "correct horse\n", "Correct horse"]) {
    test(`refused: the password ${JSON.stringify(password)}`, async () => {
      await assert.rejects(
        readPrivateKey(Buffer.from(sealed), async () => Buffer.from(password)),
        refusalLike(/^wrong password$/),
      );
    });
  }
});

test("a generated key is another one each time, on P-256", () => {
  const [a, b] = [generatePrivateKey(), generatePrivateKey()];
  assert.equal(a.kind, "ecdsa-p256");
  assert.notEqual(a.publicKey.fingerprint, b.publicKey.fingerprint);
});

test("an RSA public key of more than 8192 bits is refused", () => {
  const n = randomBytes(1025);
  n[0] = 0x80;
  const key = createPublicKey({
    format: "jwk",
    key: { kty: "RSA", n: n.toString("base64url"), e: "AQAB" },
  });
  const pem = key.export({ type: "spki", format: "pem" });
  assert.throws(() => parsePublicKey(Buffer.from(pem)), refusalLike(/not 8200$/));
});

/** A `KeyRefused` of one line that says nothing of the password. */
function refusalLike(message: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof KeyRefused, String(error));
    assert.match(error.message, message);
    assert.doesNotMatch(error.message, /\n|correct horse/i);
    return true;
  };
}
