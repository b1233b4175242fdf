import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { sharedPath } from "../../support/shared.js";
import { type Key, parseKey } from "./probe.js";

const EC = new Map([
  ["P-256", "ecdsa-p256"],
  ["P-384", "ecdsa-p384"],
  ["P-521", "ecdsa-p521"],
]);

function ecKey(namedCurve: string): KeyObject {
  return generateKeyPairSync("ec", { namedCurve }).publicKey;
}

function rsaKey(modulusLength: number, publicExponent = 65537): KeyObject {
  return generateKeyPairSync("rsa", { modulusLength, publicExponent }).publicKey;
}

function spkiOf(key: KeyObject): Buffer {
  return key.export({ type: "spki", format: "der" });
}

/** A PEM file as OpenSSL writes it. */
function pem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

function element(tag: number, ...contents: Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const length = content.length < 128 ? [content.length] : [0x82, content.length >> 8, content.length & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");
const sequence = (...contents: Uint8Array[]) => element(0x30, ...contents);
const bitString = (octets: Uint8Array, unused = 0) => element(0x03, Buffer.of(unused), octets);
const integer = (octets: Uint8Array) => element(0x02, octets);

const OID = {
  ecPublicKey: hex("0607 2a8648ce3d0201"),
  p256: hex("0608 2a8648ce3d030107"),
  secp256k1: hex("0605 2b8104000a"),
  rsa: hex("0609 2a864886f70d010101"),
  ed25519: hex("0603 2b6570"),
  x25519: hex("0603 2b656e"),
};
const NULL = hex("0500");

/** An SPKI by its parts. */
const spki = (algorithm: Uint8Array[], key: Uint8Array) => sequence(sequence(...algorithm), bitString(key));

const POINT = spkiOf(ecKey("P-256")).subarray(-65);
const ED25519 = Buffer.alloc(32, 7);

function assertKey(parsed: Key | string, kind: string, der: Buffer): void {
  assert.ok(typeof parsed === "object", `refused: ${parsed}`);
  assert.equal(parsed.kind, kind);
  assert.deepEqual(parsed.spki, der);
}

function assertRefused(parsed: Key | string, problem: string): void {
  assert.equal(parsed, problem);
}

describe("a public key", () => {
  for (const [curve, kind] of EC) {
    test(`on ${curve} is read`, () => {
      const der = spkiOf(ecKey(curve));
      assertKey(parseKey(pem("PUBLIC KEY", der)), kind, der);
    });
  }

  test("of RSA is read in both of its forms, to the same SubjectPublicKeyInfo", () => {
    for (const bits of [2048, 3072, 4096]) {
      const key = rsaKey(bits);
      assertKey(parseKey(pem("PUBLIC KEY", spkiOf(key))), "rsa", spkiOf(key));
      const pkcs1 = key.export({ type: "pkcs1", format: "der" });
      assertKey(parseKey(pem("RSA PUBLIC KEY", pkcs1)), "rsa", spkiOf(key));
    }
  });

  test("of Ed25519 is read", () => {
    const der = spkiOf(generateKeyPairSync("ed25519").publicKey);
    assertKey(parseKey(pem("PUBLIC KEY", der)), "ed25519", der);
  });

  test("may be preceded by other text", () => {
    const der = spkiOf(ecKey("P-256"));
    assertKey(parseKey(`# cosign.pub of 2026\n${pem("PUBLIC KEY", der)}\n`), "ecdsa-p256", der);
  });
});

describe("a key file is refused", () => {
  const good = pem("PUBLIC KEY", spkiOf(ecKey("P-256")));

  test("that is not PEM", () => {
    assertRefused(parseKey(""), "not a PEM block");
    assertRefused(parseKey(spkiOf(ecKey("P-256"))), "not a PEM block");
    assertRefused(parseKey(good.replace("-----END", "----END")), "not a PEM block");
    assertRefused(parseKey("untrusted comment: minisign public key\nRWQ=\n"), "not a PEM block");
  });

  test("that has more than one block", () => {
    assertRefused(parseKey(good + good), "more than one PEM block");
    assertRefused(parseKey(`${good}-----BEGIN PUBLIC KEY-----\n`), "more than one PEM block");
  });

  test("with another label", () => {
    const problem = "the PEM label is neither PUBLIC KEY nor RSA PUBLIC KEY";
    for (const label of ["CERTIFICATE", "EC PUBLIC KEY", "PRIVATE KEYS", "PUBLIC KEY ", "public key", ""])
      assertRefused(parseKey(pem(label, spkiOf(ecKey("P-256")))), problem);
  });

  test("that is a private key, and says what belongs there", () => {
    const problem = "a private key: its public key belongs here, and nobody who verifies needs the other";
    for (const label of ["PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED SIGSTORE PRIVATE KEY"])
      assertRefused(parseKey(pem(label, spkiOf(ecKey("P-256")))), problem);
  });

  test("that is too long", () => {
    assertRefused(parseKey(`${"#".repeat(1 << 16)}\n${good}`), "the file is too long for a public key");
  });
});

describe("a SubjectPublicKeyInfo is refused", () => {
  const refusal = (der: Uint8Array) => parseKey(pem("PUBLIC KEY", der));
  const malformed = "not a SubjectPublicKeyInfo in DER";

  test("with something behind it, or in it that the schema does not name", () => {
    const der = spki([OID.ecPublicKey, OID.p256], POINT);
    assertKey(refusal(der), "ecdsa-p256", der);
    assertRefused(refusal(Buffer.concat([der, NULL])), malformed);
    const algorithm = sequence(OID.ecPublicKey, OID.p256);
    assertRefused(refusal(sequence(algorithm, bitString(POINT), NULL)), malformed);
  });

  test("cut anywhere", () => {
    const der = spki([OID.ecPublicKey, OID.p256], POINT);
    for (let length = 0; length < der.length; length++)
      assertRefused(refusal(der.subarray(0, length)), malformed);
  });

  test("with a bit string of broken octets", () => {
    const algorithm = sequence(OID.ecPublicKey, OID.p256);
    assertRefused(refusal(sequence(algorithm, bitString(POINT, 1))), malformed);
    assertRefused(refusal(sequence(algorithm, element(0x04, POINT))), malformed);
  });

  test("of an algorithm not in use", () => {
    const problem = "the algorithm is none of ECDSA, RSA and Ed25519";
    assertRefused(refusal(spki([OID.x25519], ED25519)), problem);
    assertRefused(refusal(spkiOf(generateKeyPairSync("ed448").publicKey)), problem);
    const pss = generateKeyPairSync("rsa-pss", { modulusLength: 2048 }).publicKey;
    assertRefused(refusal(spkiOf(pss)), problem);
  });

  test("of ECDSA whose curve is not named", () => {
    const problem = "the ECDSA parameters are not the name of a curve";
    assertRefused(refusal(spki([OID.ecPublicKey], POINT)), problem);
    assertRefused(refusal(spki([OID.ecPublicKey, NULL], POINT)), problem);
    assertRefused(refusal(spki([OID.ecPublicKey, OID.p256, NULL], POINT)), problem);
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256", paramEncoding: "explicit" });
    assertRefused(refusal(spkiOf(publicKey)), problem);
  });

  test("of ECDSA on another curve", () => {
    assertRefused(refusal(spkiOf(ecKey("secp224r1"))), "P-224 keys are refused");
    assertRefused(refusal(spkiOf(ecKey("secp256k1"))), "the curve is none of P-256, P-384 and P-521");
  });

  test("of ECDSA whose point is not on the curve, or not uncompressed", () => {
    const problem = "the point is not an uncompressed point on the curve";
    const withPoint = (point: Uint8Array) => refusal(spki([OID.ecPublicKey, OID.p256], point));
    const off = Buffer.from(POINT);
    off[40] = (off[40] as number) ^ 1;
    assertRefused(withPoint(off), problem);
    assertRefused(withPoint(Buffer.concat([Buffer.of(3), POINT.subarray(1, 33)])), problem);
    assertRefused(withPoint(Buffer.of(0)), problem);
    assertRefused(withPoint(Buffer.alloc(0)), problem);
    assertRefused(withPoint(Buffer.concat([POINT, Buffer.of(0)])), problem);
    for (const curve of ["P-384", "P-521"]) {
      const der = spkiOf(ecKey(curve));
      der[der.length - 1] = (der[der.length - 1] as number) ^ 1;
      assertRefused(refusal(der), problem);
    }
  });

  test("of RSA without NULL parameters", () => {
    const problem = "the RSA parameters are not NULL";
    const key = rsaKey(2048).export({ type: "pkcs1", format: "der" });
    assertRefused(refusal(spki([OID.rsa], key)), problem);
    assertRefused(refusal(spki([OID.rsa, hex("0501 00")], key)), problem);
    assertRefused(refusal(spki([OID.rsa, NULL, NULL], key)), problem);
  });

  test("of Ed25519 with parameters or of another length", () => {
    assertRefused(refusal(spki([OID.ed25519, NULL], ED25519)), "the Ed25519 parameters are not absent");
    for (const length of [0, 31, 33])
      assertRefused(refusal(spki([OID.ed25519], Buffer.alloc(length))), "an Ed25519 key has 32 bytes");
  });
});

describe("an RSAPublicKey is refused", () => {
  const refusal = (der: Uint8Array) => parseKey(pem("RSA PUBLIC KEY", der));
  const modulus = (bits: number) => {
    const octets = Buffer.alloc(bits / 8 + 1, 0xff);
    octets[0] = 0;
    return octets;
  };
  const exponent = integer(hex("010001"));

  test("that is not DER of two natural numbers", () => {
    const malformed = "not an RSAPublicKey in DER";
    const n = integer(modulus(2048));
    assert.equal(typeof refusal(sequence(n, exponent)), "object");
    assertRefused(refusal(Buffer.alloc(0)), malformed);
    assertRefused(refusal(sequence(n)), malformed);
    assertRefused(refusal(sequence(n, exponent, NULL)), malformed);
    assertRefused(refusal(Buffer.concat([sequence(n, exponent), NULL])), malformed);
    assertRefused(refusal(sequence(integer(Buffer.alloc(256, 0xfe)), exponent)), malformed);
    assertRefused(refusal(spkiOf(rsaKey(2048))), malformed);
    assertRefused(refusal(sequence(integer(Buffer.of(0)), exponent)), malformed);
    assertRefused(refusal(sequence(n, integer(hex("00")))), malformed);
  });

  test("that is too small, too large or even", () => {
    const small = "RSA keys below 2048 bits are refused";
    assertRefused(parseKey(pem("PUBLIC KEY", spkiOf(rsaKey(1024)))), small);
    const n2047 = modulus(2048).subarray(1);
    n2047[0] = 0x7f;
    assertRefused(refusal(sequence(integer(n2047), exponent)), small);
    assert.equal(typeof refusal(sequence(integer(modulus(8192)), exponent)), "object");
    const large = modulus(8192);
    large[0] = 1;
    assertRefused(refusal(sequence(integer(large), exponent)), "RSA keys above 8192 bits are refused");
    const even = modulus(2048);
    even[256] = 0xfe;
    assertRefused(refusal(sequence(integer(even), exponent)), "the RSA modulus is even");
  });

  test("whose exponent is out of range", () => {
    const n = integer(modulus(2048));
    const problem = "the RSA exponent is out of range";
    for (const e of ["01", "02", "010000", "0080000001"])
      assertRefused(refusal(sequence(n, integer(hex(e)))), problem);
    for (const e of ["03", "010001", "7fffffff"])
      assert.equal(typeof refusal(sequence(n, integer(hex(e)))), "object", e);
  });
});

describe("keys made with cosign", () => {
  const OUTCOMES = {
    "k3.pub": "ecdsa-p256",
    "k25.pub": "ecdsa-p256",
    "i-leading.pub": "ecdsa-p256",
    "i-p384.pub": "ecdsa-p384",
    "i-p521.pub": "ecdsa-p521",
    "i-rsa.pub": "rsa",
    "i-rsapkcs1.pub": "rsa",
    "i-ed.pub": "ed25519",
    "i-p224.pub": "P-224 keys are refused",
    "i-rsa1k.pub": "RSA keys below 2048 bits are refused",
    "i-k1.pub": "the curve is none of P-256, P-384 and P-521",
    "i-twokeys.pub": "more than one PEM block",
  };

  for (const [name, outcome] of Object.entries(OUTCOMES)) {
    test(name, (t) => {
      const path = sharedPath(`vectors/cosign/keys/${name}`);
      if (path === null) return t.skip("no shared vectors");
      const parsed = parseKey(readFileSync(path));
      assert.equal(typeof parsed === "string" ? parsed : parsed.kind, outcome);
    });
  }
});
