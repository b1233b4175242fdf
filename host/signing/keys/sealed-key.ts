// cosign's encrypted private key: PEM around JSON around a NaCl secretbox around PKCS#8.
// Source: sigstore's pkg/cosign/keys.go, and go-securesystemslib's encrypted.go for the JSON.

import { randomBytes, scrypt } from "node:crypto";
import { xsalsa20poly1305 } from "@noble/ciphers/salsa.js";
import { type PemBlock, writePem } from "./pem.js";
import { KeyRefused } from "./refused.js";

/** Written today, and by cosign before 2.0. */
const LABELS = ["ENCRYPTED SIGSTORE PRIVATE KEY", "ENCRYPTED COSIGN PRIVATE KEY"] as const;

/** The costs that cosign accepts; N also says what memory it takes, 128·N·r bytes: 32, 64, 128 MiB. */
const COSTS = [32768, 65536, 131072];
const COST = 65536;
const R = 8;
const P = 1;

const SALT_BYTES = 32;
const KEY_BYTES = 32;
const NONCE_BYTES = 24;

/** The members in the order in which cosign writes them. */
interface Sealed {
  readonly kdf: {
    readonly name: "scrypt";
    readonly params: { readonly N: number; readonly r: number; readonly p: number };
    readonly salt: string;
  };
  readonly cipher: { readonly name: "nacl/secretbox"; readonly nonce: string };
  readonly ciphertext: string;
}

export function isSealed({ label }: PemBlock): boolean {
  return LABELS.some((known) => known === label);
}

/** The PKCS#8 DER within. Throws `KeyRefused`, above all for a wrong password. */
export async function unseal({ contents }: PemBlock, password: Uint8Array): Promise<Uint8Array> {
  const { kdf, cipher, ciphertext } = parseSealed(contents);
  const { N, r, p } = kdf.params;
  if (!COSTS.includes(N) || r !== R || p !== P)
    throw new KeyRefused(`scrypt parameters N=${N}, r=${r}, p=${p} are not among those of cosign`);
  const key = await deriveKey(password, Buffer.from(kdf.salt, "base64"), N);
  try {
    return xsalsa20poly1305(key, Buffer.from(cipher.nonce, "base64")).decrypt(
      Buffer.from(ciphertext, "base64"),
    );
  } catch {
    throw new KeyRefused("wrong password");
  }
}

/** The text of a key file with `pkcs8` (DER) encrypted under `password`, which may be empty. */
export async function seal(pkcs8: Uint8Array, password: Uint8Array): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const nonce = randomBytes(NONCE_BYTES);
  const key = await deriveKey(password, salt, COST);
  const sealed: Sealed = {
    kdf: { name: "scrypt", params: { N: COST, r: R, p: P }, salt: salt.toString("base64") },
    cipher: { name: "nacl/secretbox", nonce: nonce.toString("base64") },
    ciphertext: Buffer.from(xsalsa20poly1305(key, nonce).encrypt(pkcs8)).toString("base64"),
  };
  return writePem({ label: LABELS[0], contents: Buffer.from(JSON.stringify(sealed)) });
}

function deriveKey(password: Uint8Array, salt: Uint8Array, N: number): Promise<Uint8Array> {
  // Node.js allows 32 MiB unless told otherwise; scrypt needs a little more than its table.
  const maxmem = 2 * 128 * N * R;
  return new Promise((resolve, reject) => {
    scrypt(password, salt, KEY_BYTES, { N, r: R, p: P, maxmem }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

function parseSealed(json: Uint8Array): Sealed {
  let document: Unread<Sealed>;
  try {
    document = JSON.parse(Buffer.from(json).toString("utf8"));
  } catch {
    throw new KeyRefused("not a cosign key: what is in its PEM block is not JSON");
  }
  const { kdf, cipher, ciphertext } = document ?? {};
  if (kdf?.name !== "scrypt" || cipher?.name !== "nacl/secretbox")
    throw new KeyRefused("not encrypted as cosign does, with scrypt and nacl/secretbox");
  const { N, r, p } = kdf.params ?? {};
  const isWhole = [N, r, p].every(Number.isSafeInteger);
  const isText = [kdf.salt, cipher.nonce, ciphertext].every((member) => typeof member === "string");
  if (!isWhole || !isText || Buffer.from(cipher.nonce as string, "base64").length !== NONCE_BYTES)
    throw new KeyRefused("not a cosign key: its JSON lacks a member");
  return document as Sealed;
}

/** JSON that should be a `T`. */
type Unread<T> = T extends object
  ? { readonly [Name in keyof T]?: Unread<T[Name]> } | null | undefined
  : unknown;
