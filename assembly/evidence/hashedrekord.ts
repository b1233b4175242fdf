// The record of a signature in Rekor's log, `hashedrekord` 0.0.1 (sigstore/rekor pkg/types/hashedrekord). Upstream reads it
// with Go's encoding/json: unknown members are passed over, names match in any case. Stricter: a member that counts and
// stands twice, in whatever case, is refused, where Go would take the last.

import { parsePem } from "../asn1/pem";
import { decodeBase64 } from "../bytes/base64";
import { Bytes } from "../bytes/bytes";
import { decodeHex } from "../bytes/hex";
import { JsonReader } from "../json/reader";

/** What is logged: this signature, by this key or certificate, over something with this SHA-256. */
export class HashedRekord {
  constructor(
    readonly signature: Bytes,
    /** DER of the public key, or of the certificate. */
    readonly verifier: Bytes,
    readonly sha256: Bytes,
  ) {}
}

/** The record in `body`, or null if it is none. */
export function parseHashedRekord(body: Bytes): HashedRekord | null {
  const reader = new RecordReader(new JsonReader(body));
  reader.read();
  if (!reader.done()) return null;
  const verifier = onlyPemBlock(reader.publicKey!);
  const sha256 = decodeHex(reader.value!);
  if (verifier === null || sha256 === null) return null;
  return new HashedRekord(reader.signature!, verifier, sha256);
}

/** What a PEM text with one block and nothing behind it contains; null for any other. The label is not looked at. */
export function onlyPemBlock(text: Bytes): Bytes | null {
  const block = parsePem(text);
  return block !== null && block.rest.length == 0 ? block.contents : null;
}

class RecordReader {
  signature: Bytes | null = null;
  publicKey: Bytes | null = null;
  value: Bytes | null = null;
  private kind: Bytes | null = null;
  private apiVersion: Bytes | null = null;
  private algorithm: Bytes | null = null;

  constructor(private readonly reader: JsonReader) {}

  /** Whether everything that counts was there, once, and as it has to be. */
  done(): bool {
    return (
      this.reader.done() &&
      is(this.kind, "hashedrekord") &&
      is(this.apiVersion, "0.0.1") &&
      is(this.algorithm, "sha256") &&
      this.signature !== null &&
      this.publicKey !== null &&
      this.value !== null
    );
  }

  read(): void {
    let specs = 0;
    this.reader.enterObject();
    while (this.reader.nextMember()) {
      if (this.isNamed("kind")) this.kind = this.text(this.kind);
      else if (this.isNamed("apiVersion")) this.apiVersion = this.text(this.apiVersion);
      else if (this.isNamed("spec") && this.first(specs++)) this.readSpec();
      else this.reader.skip();
    }
  }

  private readSpec(): void {
    let signatures = 0;
    let datas = 0;
    this.reader.enterObject();
    while (this.reader.nextMember()) {
      if (this.isNamed("signature") && this.first(signatures++)) this.readSignature();
      else if (this.isNamed("data") && this.first(datas++)) this.readData();
      else this.reader.skip();
    }
  }

  private readSignature(): void {
    let publicKeys = 0;
    this.reader.enterObject();
    while (this.reader.nextMember()) {
      if (this.isNamed("content")) this.signature = this.base64(this.signature);
      else if (this.isNamed("publicKey") && this.first(publicKeys++)) this.readPublicKey();
      else this.reader.skip();
    }
  }

  private readPublicKey(): void {
    this.reader.enterObject();
    while (this.reader.nextMember()) {
      if (this.isNamed("content")) this.publicKey = this.base64(this.publicKey);
      else this.reader.skip();
    }
  }

  private readData(): void {
    let hashes = 0;
    this.reader.enterObject();
    while (this.reader.nextMember()) {
      if (this.isNamed("hash") && this.first(hashes++)) this.readHash();
      else this.reader.skip();
    }
  }

  private readHash(): void {
    this.reader.enterObject();
    while (this.reader.nextMember()) {
      if (this.isNamed("algorithm")) this.algorithm = this.text(this.algorithm);
      else if (this.isNamed("value")) this.value = this.text(this.value);
      else this.reader.skip();
    }
  }

  /** Whether the member's name is `name` in any case of ASCII. */
  private isNamed(name: string): bool {
    const own = this.reader.memberName();
    if (own.length != name.length) return false;
    for (let i = 0; i < own.length; i++) if (lower(own.at(i)) != lower(<u8>name.charCodeAt(i))) return false;
    return true;
  }

  /** True; or false, and a failure, if the member was there `before`. */
  private first(before: i32): bool {
    if (before > 0) this.reader.failMember("the same member twice");
    return before == 0;
  }

  private text(before: Bytes | null): Bytes {
    this.first(before === null ? 0 : 1);
    return this.reader.string();
  }

  private base64(before: Bytes | null): Bytes | null {
    const data = decodeBase64(this.text(before));
    if (data === null) this.reader.fail("expected base64");
    return data;
  }
}

function is(text: Bytes | null, literal: string): bool {
  return text !== null && text.is(literal);
}

function lower(byte: u8): u8 {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}
