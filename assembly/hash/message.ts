// Bytes whose hashes are needed more than once: to compare with a digest, and to verify signatures by one key after
// another.

import { Bytes } from "../bytes/bytes";
import { sha256 } from "./sha256";
import { sha384, sha512 } from "./sha512";

/** Bytes, each hash of which is computed once. They must not change. */
export class Message extends Bytes {
  private digest256: Bytes | null = null;
  private digest384: Bytes | null = null;
  private digest512: Bytes | null = null;

  static holding(bytes: Bytes): Message {
    return new Message(bytes.start, bytes.length);
  }

  sha256(): Bytes {
    let digest = this.digest256;
    if (digest === null) this.digest256 = digest = sha256(this);
    return digest;
  }

  sha384(): Bytes {
    let digest = this.digest384;
    if (digest === null) this.digest384 = digest = sha384(this);
    return digest;
  }

  sha512(): Bytes {
    let digest = this.digest512;
    if (digest === null) this.digest512 = digest = sha512(this);
    return digest;
  }
}
