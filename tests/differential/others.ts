import { generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import { ed25519 } from "@noble/curves/ed25519.js";
import { verify as verifyOurs, verifyPure } from "../host/crypto/probe.js";
import type { Randomness } from "./randomness.js";
import type { Subject } from "./subject.js";

/** L, the order of the base point of edwards25519 (RFC 8032, 5.1), little-endian. */
const L = Buffer.from("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010", "hex");

export function ed25519Subject(random: Randomness): Subject {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const pem = pemOf(publicKey);
  const encoded = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
  const edges = [L, Buffer.alloc(32), Buffer.alloc(32, 0xff), Buffer.from(L).fill(0xec, 0, 1)];
  return {
    name: `Ed25519 by ${pem}`,
    sign: (message) => sign(null, message, privateKey),
    edge: (signature) =>
      random.below(2) === 0
        ? Buffer.concat([signature.subarray(0, 32), random.pick(edges)])
        : Buffer.concat([random.pick(edges), signature.subarray(32)]),
    ours: ({ message, signature }) => [verifyPure(pem, message, signature)],
    node: ({ message, signature }) => verify(null, message, publicKey, signature),
    noble: ({ message, signature }) => ed25519.verify(signature, message, encoded, { zip215: false }),
  };
}

export function rsaSubject(random: Randomness): Subject {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = pemOf(publicKey);
  const modulus = Buffer.from(publicKey.export({ format: "jwk" }).n ?? "", "base64url");
  const edges = [modulus, Buffer.alloc(256), Buffer.alloc(256, 0xff), Buffer.alloc(256, 1)];
  return {
    name: `RSA-2048 by ${pem}`,
    sign: (message) => sign("sha256", message, privateKey),
    edge: () => random.pick(edges),
    ours: ({ message, signature }) => [verifyOurs(pem, message, signature)],
    node: ({ message, signature }) => verify("sha256", message, publicKey, signature),
  };
}

function pemOf(key: KeyObject): string {
  return key.export({ type: "spki", format: "pem" }).toString();
}
