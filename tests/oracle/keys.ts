// The keys of the oracle's signers and policies: of every type, those among them that only one side takes.
import { generateKeyPairSync, type KeyObject, type KeyPairKeyObjectResult, sign } from "node:crypto";
import { ed25519ph } from "@noble/curves/ed25519.js";

export const SIGNERS = [
  "P-256",
  "another P-256",
  "P-384",
  "P-521",
  "RSA 2048",
  "RSA 3072",
  "Ed25519",
  "P-224",
  "RSA 1024",
  "secp256k1",
] as const;
export type SignerName = (typeof SIGNERS)[number];

/** What a policy can name as a key, by the signer whose it is: other ways to write it, and what is no key at all. */
export const KEY_FILES = [
  ...SIGNERS,
  "RSA 2048 in PKCS#1",
  "P-256 after a line of text",
  "P-256 before another",
  "no key",
  "no file",
] as const;
export type KeyFileName = (typeof KEY_FILES)[number];

/** How a signature is made of a message. */
export const MANNERS = ["as usual", "over another hash", "as r‖s", "broken"] as const;
export type Manner = (typeof MANNERS)[number];

export class Keys {
  readonly #pairs = new Map<SignerName, KeyPairKeyObjectResult>();
  readonly #files = new Map<KeyFileName, string | null>();

  constructor() {
    for (const name of SIGNERS) {
      const pair = generate(name);
      const { publicKey } = pair;
      this.#pairs.set(name, pair);
      this.#files.set(name, publicKey.export({ type: "spki", format: "pem" }) as string);
      if (name === "RSA 2048")
        this.#files.set("RSA 2048 in PKCS#1", publicKey.export({ type: "pkcs1", format: "pem" }) as string);
    }
    const p256 = this.pem("P-256") ?? "";
    this.#files.set("P-256 after a line of text", `the key of the team\n${p256}`);
    this.#files.set("P-256 before another", p256 + this.pem("another P-256"));
    this.#files.set("no key", "no key\n");
    this.#files.set("no file", null);
  }

  /** The file's content; null for the one that is not there. */
  pem(name: KeyFileName): string | null {
    return this.#files.get(name) ?? null;
  }

  pair(name: SignerName): KeyPairKeyObjectResult {
    const pair = this.#pairs.get(name);
    if (pair === undefined) throw new Error(`there is no signer ${name}`);
    return pair;
  }

  sign(by: SignerName, manner: Manner, message: Uint8Array): Buffer {
    const { privateKey: key } = this.pair(by);
    if (manner === "over another hash") return signOverAnotherHash(by, key, message);
    const isEcdsa = key.asymmetricKeyType === "ec";
    const dsaEncoding = manner === "as r‖s" && isEcdsa ? "ieee-p1363" : "der";
    const hash = by === "Ed25519" ? null : "sha256";
    const signature = sign(hash, message, { key, dsaEncoding });
    if (manner === "broken") signature[signature.length - 1] = (signature.at(-1) ?? 0) ^ 1;
    return signature;
  }
}

/** The hash of the curve's size, as cosign 3 takes it; for the others one that nobody takes. */
function signOverAnotherHash(by: SignerName, key: KeyObject, message: Uint8Array): Buffer {
  if (by === "Ed25519") {
    const seed = key.export({ type: "pkcs8", format: "der" }).subarray(-32);
    return Buffer.from(ed25519ph.sign(message, seed));
  }
  return sign(by === "P-521" || by.startsWith("RSA") ? "sha512" : "sha384", message, key);
}

function generate(name: SignerName): KeyPairKeyObjectResult {
  if (name === "Ed25519") return generateKeyPairSync("ed25519");
  const [, bits] = /^RSA (\d+)$/.exec(name) ?? [];
  if (bits !== undefined) return generateKeyPairSync("rsa", { modulusLength: Number(bits) });
  const namedCurve = name === "P-224" ? "secp224r1" : name.replace(/^another /, "");
  return generateKeyPairSync("ec", { namedCurve });
}
