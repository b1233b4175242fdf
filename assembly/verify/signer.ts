// Whose signature it is: the one way from bytes to something that may be interpreted.

import { Bytes } from "../bytes/bytes";
import { writeEscaped } from "../bytes/escape";
import { Writer } from "../bytes/writer";
import { Message } from "../hash/message";
import { costOf } from "../sig/cost";
import { PublicKey } from "../sig/public-key";
import { verifySignature } from "../sig/verify";
import { Budget } from "./budget";
import { UntrustedSignature } from "./signatures";
import { Signers } from "./signers";

/** Longest identity that is told; e-mail addresses and workflows are shorter. */
const IDENTITY_BYTES: i32 = 200;

/** Bytes with a good signature, and whose. Only `verifySigned` makes one. */
export class Signed {
  constructor(
    readonly bytes: Bytes,
    private readonly key: PublicKey,
    /** Whom a certificate names; null where a key is all that is known. */
    readonly identity: Bytes | null,
  ) {}

  /** Whom a certificate names, escaped; else SHA-256 of the key's SPKI, hex. */
  signer(): Bytes {
    const identity = this.identity;
    if (identity === null) return this.key.fingerprint();
    return writeEscaped(new Writer(), identity, IDENTITY_BYTES).done();
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
 * Tries every key of `signers` on the signature of `untrusted` over `message`; the first that fits is the signer.
 * What was signed is `content`: the message itself, or what it encloses. Null if no key fits, or `budget` is exhausted.
 */
export function verifySigned(
  signers: Signers,
  untrusted: UntrustedSignature,
  message: Message,
  content: Bytes,
  signature: Bytes,
  budget: Budget,
): Signed | null {
  for (let i = 0; i < signers.keys.length; i++) {
    const key = signers.keys[i];
    const known = verdictOf(untrusted.verdicts, key);
    if (known === null && !budget.spend(costOf(key))) return null;
    const fits = known !== null ? known.fits : verifySignature(key, message, signature);
    if (known === null) untrusted.verdicts.push(new KeyVerdict(key, fits));
    if (fits) return new Signed(content, key, signers.identity);
  }
  return null;
}

/** What is known of this very key; the same content in two files is one key. */
function verdictOf(verdicts: Array<KeyVerdict>, key: PublicKey): KeyVerdict | null {
  for (let i = 0; i < verdicts.length; i++) if (verdicts[i].key === key) return verdicts[i];
  return null;
}
