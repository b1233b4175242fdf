import { sign, verify } from "node:crypto";
import { type PrivateKey, readPrivateKey } from "./keys/private-key.js";
import { type PublicKey, parsePublicKey } from "./keys/public-key.js";
import { KeyRefused } from "./keys/refused.js";

export interface Signer {
  readonly publicKey: PublicKey;
  /**
   * The signature that cosign and containers/image both verify with `publicKey`: ECDSA over SHA-256 in DER, RSA
   * PKCS#1 v1.5 over SHA-256, or Ed25519 over the message itself. The same message gives the same signature.
   */
  sign(message: Uint8Array): Uint8Array;
  /** Whether that is a signature of the message by the same key, in the same variant. */
  hasSigned(message: Uint8Array, untrustedSignature: Uint8Array): boolean;
}

/** The signer whose private key is in a file. `askPassword` is called if it is encrypted. Throws `KeyRefused`. */
export async function readSigner(file: Uint8Array, askPassword: () => Promise<Uint8Array>): Promise<Signer> {
  const key = await readPrivateKey(file, async () => {
    const password = await askPassword();
    void prepareEcdsa();
    return password;
  });
  return await createSigner(key);
}

export async function createSigner(key: PrivateKey): Promise<Signer> {
  const signUnchecked = await signingBy(key);
  const algorithm = key.kind === "ed25519" ? null : "sha256";
  const hasSigned: Signer["hasSigned"] = (message, signature) =>
    verify(algorithm, message, key.object, signature);
  return {
    publicKey: key.publicKey,
    hasSigned,
    sign(message) {
      const signature = signUnchecked(message);
      // A wrongly computed signature reveals the key it was made with.
      if (!hasSigned(message, signature)) throw new Error("a signature came out wrong");
      return signature;
    },
  };
}

/** Throws `KeyRefused` if the key in the file `publicKeyPem` is not the one the signer's signatures verify with. */
export function assertPublicKeyOf(signer: Signer, publicKeyPem: Uint8Array): void {
  const { fingerprint } = parsePublicKey(publicKeyPem);
  if (fingerprint !== signer.publicKey.fingerprint)
    throw new KeyRefused("the public key does not belong to the private key");
}

async function signingBy({ kind, object }: PrivateKey): Promise<(message: Uint8Array) => Uint8Array> {
  if (kind === "rsa") return (message) => sign("sha256", message, object);
  if (kind === "ed25519") return (message) => sign(null, message, object);
  const { ecdsaSigner } = await import("./keys/ecdsa.js");
  return ecdsaSigner(kind, object);
}

/**
 * Loading the curves and making their tables takes a third of the time that turning a password into a key takes: they
 * are made while another thread is busy with that. Most keys that have a password are cosign's, on P-256.
 */
async function prepareEcdsa(): Promise<void> {
  const { prepare } = await import("./keys/ecdsa.js");
  prepare();
}
