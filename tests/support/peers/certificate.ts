import { type KeyObject, sign } from "node:crypto";

/** A key pair on P-256. */
export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export const ECDSA_WITH_SHA256 = tlv(0x30, tlv(0x06, Buffer.from("2a8648ce3d040302", "hex")));
const NO_NAME = tlv(0x30);
const VALIDITY = tlv(0x30, generalizedTime("20200101000000Z"), generalizedTime("99991231235959Z"));

/** A certificate of a key by itself, as PEM: the least that RFC 5280 4.1 calls one (version 1, no extensions). */
export function selfSigned({ privateKey, publicKey }: KeyPair): string {
  const serial = tlv(0x02, Buffer.from([1]));
  const spki = publicKey.export({ type: "spki", format: "der" });
  const tbs = tlv(0x30, serial, ECDSA_WITH_SHA256, NO_NAME, VALIDITY, NO_NAME, spki);
  return signed(tbs, privateKey);
}

/** What is to be signed as a certificate, as PEM. */
export function signed(tbs: Uint8Array, key: KeyObject): string {
  const signature = tlv(0x03, Buffer.from([0]), sign("sha256", tbs, key));
  const base64 = tlv(0x30, tbs, ECDSA_WITH_SHA256, signature).toString("base64");
  const lines = base64.match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

export function generalizedTime(text: string): Buffer {
  return tlv(0x18, Buffer.from(text));
}

/** DER: tag, length, and the parts one after the other; below 64 KiB. */
export function tlv(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const value = Buffer.concat(parts);
  const { length } = value;
  const header =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...header]), value]);
}
