// Whose signature it is: the one way from bytes to something that may be interpreted.

import { Bytes } from "../bytes/bytes";
import { encodeHex } from "../bytes/hex";
import { sha256 } from "../hash/sha256";
import { Requirement } from "../policy/types";
import { PublicKey } from "../sig/public-key";
import { verifySignature } from "../sig/verify";
import { Budget } from "./budget";

/** Bytes with a good signature, and whose. Only `verifySigned` makes one. */
export class Signed {
  constructor(
    readonly bytes: Bytes,
    private readonly signer: PublicKey,
  ) {}

  /** SHA-256 of the signer's SPKI, hex. */
  fingerprint(): Bytes {
    return encodeHex(sha256(this.signer.spki));
  }
}

/**
 * Tries every key of the requirement on a signature over `message`; the first that fits is the signer. What was signed
 * is `content`: the message itself, or what it encloses. Null if no key fits, or `budget` is exhausted.
 */
export function verifySigned(
  requirement: Requirement,
  message: Bytes,
  content: Bytes,
  signature: Bytes,
  budget: Budget,
): Signed | null {
  for (let i = 0; i < requirement.keys.length; i++) {
    const key = requirement.keys[i].publicKey();
    assert(key !== null);
    if (!budget.spend()) return null;
    if (verifySignature(key!, message, signature)) return new Signed(content, key!);
  }
  return null;
}
