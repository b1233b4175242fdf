// Certificates as a test wants them, right or wrong in one thing (RFC 5280). Keys are node:crypto's.

import { generateKeyPairSync, type KeyObject, type KeyPairKeyObjectResult, sign } from "node:crypto";
import { tlv } from "./peers/certificate.js";

export { tlv };

/** A certificate, and what is needed to issue others with it. */
export interface Issued {
  readonly der: Buffer;
  readonly pem: string;
  /** DER of the subject. */
  readonly subject: Buffer;
  readonly keys: KeyPairKeyObjectResult;
}

export interface CertificateWish {
  /** Common name. */
  readonly name?: string;
  /** DER of the subject, in place of a common name. */
  readonly subject?: Buffer;
  /** Without one it is self-signed. */
  readonly issuer?: Issued | undefined;
  /** DER of the issuer's name, if it is to be another than the issuer's. */
  readonly issuerName?: Buffer;
  readonly keys?: KeyPairKeyObjectResult;
  /** Unix seconds, or an element in DER. */
  readonly notBefore?: number | Buffer;
  readonly notAfter?: number | Buffer;
  readonly extensions?: readonly Buffer[];
  /** 1 to 3. */
  readonly version?: number;
  /** DER of the serial number. */
  readonly serial?: Buffer;
  /** DER of the AlgorithmIdentifier that is written, if it is to be another than the signature's. */
  readonly algorithm?: Buffer;
  /** The same in what is signed alone. */
  readonly innerAlgorithm?: Buffer;
  /** The hash it is signed over. */
  readonly hash?: "sha256" | "sha384" | "sha512" | "sha1";
  /** DER of the SubjectPublicKeyInfo, in place of the key's. */
  readonly spki?: Buffer;
  /** Changes the signature. */
  readonly signature?: (signature: Buffer) => Buffer;
  /** More elements at the end of what is signed. */
  readonly trailing?: readonly Buffer[];
  /** Changes all of what is signed, before it is. */
  readonly changed?: ((signed: Buffer) => Buffer) | undefined;
}

/** A time at which certificates are valid unless a wish says otherwise; they are so for ten minutes around it. */
export const T0 = 1_800_000_000;

export function issue(wish: CertificateWish = {}): Issued {
  const keys = wish.keys ?? newKeys();
  const subject = wish.subject ?? commonName(wish.name ?? "leaf");
  const signer = wish.issuer?.keys ?? keys;
  const hash = wish.hash ?? "sha256";
  const algorithm = wish.algorithm ?? algorithmOf(signer.privateKey, hash);
  const version = wish.version ?? 3;
  const wished = tlv(
    0x30,
    ...(version === 1 ? [] : [tlv(0xa0, integer(version - 1))]),
    wish.serial ?? integer(4711),
    wish.innerAlgorithm ?? algorithm,
    wish.issuerName ?? wish.issuer?.subject ?? subject,
    tlv(0x30, time(wish.notBefore ?? T0 - 300), time(wish.notAfter ?? T0 + 300)),
    subject,
    wish.spki ?? keys.publicKey.export({ type: "spki", format: "der" }),
    ...(wish.extensions === undefined ? [] : [tlv(0xa3, tlv(0x30, ...wish.extensions))]),
    ...(wish.trailing ?? []),
  );
  const signed = wish.changed?.(wished) ?? wished;
  const plain = signer.privateKey.asymmetricKeyType === "ed25519" ? null : hash;
  const signature = sign(plain, signed, signer.privateKey);
  const der = tlv(0x30, signed, algorithm, tlv(0x03, Buffer.of(0), wish.signature?.(signature) ?? signature));
  return { der, pem: pemOf(der), subject, keys };
}

/** A self-signed root, or an intermediate of `issuer`: ten years around T0, with CA flag. */
export function authority(name: string, issuer?: Issued, more: Partial<CertificateWish> = {}): Issued {
  return issue({
    name,
    issuer,
    ...LONG,
    extensions: [basicConstraints(true), keyUsage(0x06)],
    ...more,
  });
}

/** Five years to each side of T0. */
export const LONG = { notBefore: T0 - 157_680_000, notAfter: T0 + 157_680_000 };

export function newKeys(namedCurve = "P-256"): KeyPairKeyObjectResult {
  return generateKeyPairSync("ec", { namedCurve });
}

export function pemOf(der: Uint8Array, label = "CERTIFICATE"): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

// --- elements ----------------------------------------------------------------------------------

export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return tlv(0x06, Buffer.from([40 * first + second, ...rest].flatMap(base128)));
}

function base128(component: number): number[] {
  const digits = [component & 0x7f];
  for (let left = component >>> 7; left > 0; left >>>= 7) digits.unshift((left & 0x7f) | 0x80);
  return digits;
}

export function integer(value: number): Buffer {
  const digits = value.toString(16);
  const bytes = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, "hex");
  return tlv(0x02, (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes);
}

export function time(at: number | Buffer): Buffer {
  if (typeof at !== "number") return at;
  const text = new Date(at * 1000).toISOString().replace(/[-:T]|\.\d+/g, "");
  return "1950" <= text && text < "2050"
    ? tlv(0x17, Buffer.from(text.slice(2)))
    : tlv(0x18, Buffer.from(text));
}

export function commonName(text: string): Buffer {
  return tlv(0x30, tlv(0x31, tlv(0x30, oid("2.5.4.3"), tlv(0x0c, Buffer.from(text)))));
}

export function algorithmOf(key: KeyObject, hash: string): Buffer {
  if (key.asymmetricKeyType === "ed25519") return tlv(0x30, oid("1.3.101.112"));
  if (key.asymmetricKeyType === "rsa") {
    const last = { sha1: 5, sha256: 11, sha384: 12, sha512: 13 }[hash];
    return tlv(0x30, oid(`1.2.840.113549.1.1.${last}`), tlv(0x05));
  }
  if (hash === "sha1") return tlv(0x30, oid("1.2.840.10045.4.1"));
  const last = { sha256: 2, sha384: 3, sha512: 4 }[hash];
  return tlv(0x30, oid(`1.2.840.10045.4.3.${last}`));
}

// --- extensions --------------------------------------------------------------------------------

export function extension(id: string, value: Uint8Array, isCritical = false): Buffer {
  const critical = isCritical ? [tlv(0x01, Buffer.of(0xff))] : [];
  return tlv(0x30, oid(id), ...critical, tlv(0x04, value));
}

export function basicConstraints(isCa: boolean, pathLength?: number): Buffer {
  const flag = isCa ? [tlv(0x01, Buffer.of(0xff))] : [];
  const length = pathLength === undefined ? [] : [integer(pathLength)];
  return extension("2.5.29.19", tlv(0x30, ...flag, ...length), true);
}

/** `bits` as the first octet of the string: 0x80 for digitalSignature, 0x04 for keyCertSign, 0x02 for cRLSign. */
export function keyUsage(bits: number): Buffer {
  const unused = bits === 0 ? 0 : 31 - Math.clz32(bits & -bits);
  return extension("2.5.29.15", tlv(0x03, Buffer.of(unused, bits)), true);
}

export const CODE_SIGNING = "1.3.6.1.5.5.7.3.3";
export const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
export const ANY_USAGE = "2.5.29.37.0";

export function extendedKeyUsage(...usages: readonly string[]): Buffer {
  return extension("2.5.29.37", tlv(0x30, ...usages.map(oid)));
}

export const email = (text: string): Buffer => tlv(0x81, Buffer.from(text, "latin1"));
export const dns = (text: string): Buffer => tlv(0x82, Buffer.from(text, "latin1"));
export const uri = (text: string): Buffer => tlv(0x86, Buffer.from(text, "latin1"));
export const ip = (...bytes: readonly number[]): Buffer => tlv(0x87, Buffer.from(bytes));
export const otherName = (): Buffer =>
  tlv(0xa0, oid("1.3.6.1.4.1.57264.1.7"), tlv(0xa0, tlv(0x0c, Buffer.from("x"))));
export const directoryName = (name: string): Buffer => tlv(0xa4, commonName(name));

export function alternativeNames(names: readonly Buffer[], isCritical = false): Buffer {
  return extension("2.5.29.17", tlv(0x30, ...names), isCritical);
}

export function nameConstraints(
  { permitted = [], excluded = [] }: { permitted?: readonly Buffer[]; excluded?: readonly Buffer[] },
  isCritical = true,
): Buffer {
  const subtrees = (tag: number, names: readonly Buffer[]) =>
    names.length === 0 ? [] : [tlv(tag, ...names.map((name) => tlv(0x30, name)))];
  return extension(
    "2.5.29.30",
    tlv(0x30, ...subtrees(0xa0, permitted), ...subtrees(0xa1, excluded)),
    isCritical,
  );
}

/** Fulcio's issuer as raw text. */
export function fulcioIssuer(text: string): Buffer {
  return extension("1.3.6.1.4.1.57264.1.1", Buffer.from(text));
}

/** Fulcio's issuer as a string of ASN.1, UTF8String unless told. */
export function fulcioIssuerV2(text: string | Uint8Array, tag = 0x0c): Buffer {
  return extension("1.3.6.1.4.1.57264.1.8", tlv(tag, Buffer.from(text)));
}
