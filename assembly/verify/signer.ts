// Whose signature it is: the one way from bytes to something that may be interpreted.

import { Bytes } from "../bytes/bytes";
import { encodeHex } from "../bytes/hex";
import { sha256 } from "../hash/sha256";
import { costOf } from "../sig/cost";
import { PublicKey } from "../sig/public-key";
import { verifySignature } from "../sig/verify";
import { Budget } from "./budget";
import { UntrustedSignature } from "./signatures";

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

/** What a key said about a signature: several requirements with the same key ask it once. */
export class KeyVerdict {
  constructor(
    readonly key: PublicKey,
    readonly fits: bool,
  ) {}
}

/**
 * Tries every one of `keys` on the signature of `untrusted` over `message`; the first that fits is the signer.
 * What was signed is `content`: the message itself, or what it encloses. Null if no key fits, or `budget` is exhausted.
 */
export function verifySigned(
  keys: Array<PublicKey>,
  untrusted: UntrustedSignature,
  message: Bytes,
  content: Bytes,
  signature: Bytes,
  budget: Budget,
): Signed | null {
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    const known = verdictOf(untrusted.verdicts, key);
    if (known === null && !budget.spend(costOf(key))) return null;
    const fits = known !== null ? known.fits : verifySignature(key, message, signature);
    if (known === null) untrusted.verdicts.push(new KeyVerdict(key, fits));
    if (fits) return new Signed(content, key);
  }
  return null;
}

/** What is known of this very key; the same content in two files is one key. */
function verdictOf(verdicts: Array<KeyVerdict>, key: PublicKey): KeyVerdict | null {
  for (let i = 0; i < verdicts.length; i++) if (verdicts[i].key === key) return verdicts[i];
  return null;
}
