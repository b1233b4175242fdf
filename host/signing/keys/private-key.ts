import { createPrivateKey, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import { type KeyKind, kindOf } from "./kind.js";
import { type PemBlock, readPem } from "./pem.js";
import { type PublicKey, publicKeyOf } from "./public-key.js";
import { KeyRefused } from "./refused.js";
import { isSealed, seal, unseal } from "./sealed-key.js";

/** A private key of a supported kind, whose halves belong together. */
export interface PrivateKey {
  readonly kind: KeyKind;
  readonly object: KeyObject;
  readonly publicKey: PublicKey;
}

/** The labels of private keys in the clear, with what is in them. */
const PLAIN: ReadonlyMap<string, Encoding> = new Map([
  ["PRIVATE KEY", "pkcs8"],
  ["EC PRIVATE KEY", "sec1"],
  ["RSA PRIVATE KEY", "pkcs1"],
]);

type Encoding = "pkcs8" | "sec1" | "pkcs1";

/** A new key as cosign makes them: ECDSA on P-256. */
export function generatePrivateKey(): PrivateKey {
  return privateKey(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey);
}

/**
 * The key in a file: cosign's, for which `askPassword` is called, or PKCS#8, SEC1 or PKCS#1 in the clear.
 * Throws `KeyRefused`.
 */
export async function readPrivateKey(
  file: Uint8Array,
  askPassword: () => Promise<Uint8Array>,
): Promise<PrivateKey> {
  const block = readPem(file);
  if (!isSealed(block)) return readPlain(block);
  return privateKey(decoded(await unseal(block, await askPassword()), "pkcs8"));
}

/** The key in a file that is not encrypted. Throws `KeyRefused`. */
export function readPlainPrivateKey(file: Uint8Array): PrivateKey {
  const block = readPem(file);
  if (isSealed(block)) throw new KeyRefused("already in cosign's format");
  return readPlain(block);
}

/** The text of cosign's key file with this key. */
export function sealPrivateKey({ object }: PrivateKey, password: Uint8Array): Promise<string> {
  return seal(object.export({ type: "pkcs8", format: "der" }), password);
}

function readPlain({ label, contents }: PemBlock): PrivateKey {
  const type = PLAIN.get(label);
  if (type !== undefined) return privateKey(decoded(contents, type));
  if (label === "ENCRYPTED PRIVATE KEY")
    throw new KeyRefused("an encrypted PKCS#8 key: decrypt it first, with openssl pkey");
  if (label.endsWith("PRIVATE KEY")) throw new KeyRefused(`${label} is not supported: convert it to PKCS#8`);
  throw new KeyRefused(`not a private key, but ${label}`);
}

function privateKey(object: KeyObject): PrivateKey {
  const kind = kindOf(object);
  const publicKey = publicKeyOf(object);
  assertPair(object, kind);
  return { kind, object, publicKey };
}

/** OpenSSL takes the public half as it is stored beside the private one, whosever it is. */
function assertPair(object: KeyObject, kind: KeyKind): void {
  const algorithm = kind === "ed25519" ? null : "sha256";
  const message = Buffer.alloc(0);
  if (!verify(algorithm, message, object, sign(algorithm, message, object)))
    throw new KeyRefused("the public key within does not belong to the private one");
}

/** OpenSSL's own messages are not passed on. */
function decoded(der: Uint8Array, type: Encoding): KeyObject {
  try {
    return createPrivateKey({ key: Buffer.from(der), format: "der", type });
  } catch {
    throw new KeyRefused(`not a private key in DER (${type})`);
  }
}
