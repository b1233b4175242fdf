import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { p256, p384, p521 } from "@noble/curves/nist.js";
import { PATHS, plainVerifier, verifier } from "../host/crypto/ecdsa-paths.js";
import type { Randomness } from "./randomness.js";
import type { Case, Subject } from "./subject.js";

const CURVES = { "P-256": p256, "P-384": p384, "P-521": p521 };

/** Signatures by one key over SHA-256 as by containers/image, r‖s, judged by every path the core has for it. */
export function ecdsaSubject(name: keyof typeof CURVES, random: Randomness): Subject {
  const noble = CURVES[name];
  const { n } = noble.Point.CURVE();
  const bytes = Math.ceil(n.toString(2).length / 8);
  const bytesOf = (a: bigint): Buffer => Buffer.from(a.toString(16).padStart(2 * bytes, "0"), "hex");
  const numberOf = (a: Uint8Array): bigint => BigInt(`0x${Buffer.from(a).toString("hex")}`);

  const special = [1n, 2n, 3n, 5n, 16n, 255n, n - 1n, n - 2n, (n + 1n) / 2n, 1n << 128n];
  const scalar = (numberOf(random.bytes(bytes + 8)) % (n - 1n)) + 1n;
  const d = bytesOf(random.below(4) === 0 ? random.pick(special) : scalar);
  const point = Buffer.from(noble.getPublicKey(d, false));
  const privateKey = privateKeyOf(name, d, point);
  const publicKey = createPublicKey(privateKey);
  const verifiers = PATHS.map((path) => verifier(point, path));
  const plain = plainVerifier(point);

  const edges = [
    ...[0n, 1n, 2n, n - 1n, n - 2n, n, n + 1n, 2n ** BigInt(8 * bytes) - 1n, 1n << 128n],
    ...[n >> 1n, (n >> 1n) + 1n, 2n ** BigInt(n.toString(2).length - 1)],
  ];
  const sha256 = (message: Uint8Array): Buffer => createHash("sha256").update(message).digest();
  const split = ({ message, signature }: Case) => ({
    digest: sha256(message),
    r: signature.subarray(0, bytes),
    s: signature.subarray(bytes),
  });

  return {
    name: `${name} by ${d.toString("hex")}`,
    sign: (message) => sign("sha256", message, { key: privateKey, dsaEncoding: "ieee-p1363" }),
    edge: (signature) => {
      const [r, s] = [signature.subarray(0, bytes), signature.subarray(bytes)];
      switch (random.below(5)) {
        case 0:
          return Buffer.concat([bytesOf(random.pick(edges)), s]);
        case 1:
          return Buffer.concat([r, bytesOf(random.pick(edges))]);
        case 2:
          return Buffer.concat([bytesOf(random.pick(edges)), bytesOf(random.pick(edges))]);
        case 3:
          return Buffer.concat([r, bytesOf(n - numberOf(s))]);
        default:
          return Buffer.concat([bytesOf(n - numberOf(r)), s]);
      }
    },
    ours: (one) => {
      const triple = split(one);
      return verifiers.map((verifyOne) => verifyOne(triple));
    },
    plain: (one) => plain(split(one)),
    node: ({ message, signature }) =>
      verify("sha256", message, { key: publicKey, dsaEncoding: "ieee-p1363" }, signature),
    noble: ({ message, signature }) => {
      try {
        return noble.verify(signature, sha256(message), point, { prehash: false, lowS: false });
      } catch {
        // r or s out of range.
        return false;
      }
    },
  };
}

function privateKeyOf(name: string, d: Buffer, point: Buffer): KeyObject {
  const bytes = (point.length - 1) / 2;
  const jwk = {
    kty: "EC",
    crv: name,
    x: point.subarray(1, 1 + bytes).toString("base64url"),
    y: point.subarray(1 + bytes).toString("base64url"),
    d: d.toString("base64url"),
  };
  return createPrivateKey({ key: jwk, format: "jwk" });
}
