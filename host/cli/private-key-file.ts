import { FileRefused, readBoundedFile } from "../service/bounded-file.js";
import { type PrivateKey, readPlainPrivateKey, readPrivateKey } from "../signing/keys/private-key.js";
import { KeyRefused } from "../signing/keys/refused.js";
import { assertPublicKeyOf, readSigner, type Signer } from "../signing/signer.js";
import { readPassword } from "./password.js";
import { UsageError } from "./usage-error.js";

const MAX_BYTES = 64 * 1024;

/** The signer whose private key is in a file; asks for its password if it has one. Throws `UsageError`. */
export async function signerFromFile(path: string): Promise<Signer> {
  return await reading(path, (file) => readSigner(file, askPassword));
}

/** What is in the file of a public key. Throws `UsageError`. */
export async function publicKeyFile(path: string): Promise<Uint8Array> {
  return await reading(path, async (file) => file);
}

/** Throws `UsageError` if what is in the file at `path` is not the signer's public key. */
export async function assertSigners(publicKey: Uint8Array, path: string, signer: Signer): Promise<void> {
  await asUsage(path, async () => assertPublicKeyOf(signer, publicKey));
}

/** The private key in a file, encrypted or not. Throws `UsageError`. */
export async function privateKeyFromFile(path: string): Promise<PrivateKey> {
  return await reading(path, (file) => readPrivateKey(file, askPassword));
}

/** The private key in a file that is not encrypted. Throws `UsageError`. */
export async function plainPrivateKeyFromFile(path: string): Promise<PrivateKey> {
  return await reading(path, async (file) => readPlainPrivateKey(file));
}

function askPassword(): Promise<Uint8Array> {
  return readPassword("known");
}

async function reading<T>(path: string, read: (file: Uint8Array) => Promise<T>): Promise<T> {
  return await asUsage(path, () => read(readBoundedFile(path, MAX_BYTES)));
}

async function asUsage<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof KeyRefused) throw new UsageError(`${path}: ${error.message}`);
    if (error instanceof FileRefused) throw new UsageError(error.message);
    throw error;
  }
}
