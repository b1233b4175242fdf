import { generateKeyPairSync, type KeyObject } from "node:crypto";

import { ECDSA_WITH_SHA256, signed, generalizedTime as time, tlv } from "../peers/certificate.js";

/** An authority, or what it has certified: certificate and key, as PEM. */
export interface Certified {
  readonly certificate: string;
  readonly key: string;
}

export interface Authority extends Certified {
  /** A server's certificate for 127.0.0.1 and localhost, and for further hosts. */
  server(hosts?: readonly string[]): Certified;
  /** A client's certificate of this common name. */
  client(name: string): Certified;
}

const oid = (hex: string) => tlv(0x06, Buffer.from(hex, "hex"));
const VALIDITY = tlv(0x30, time("20200101000000Z"), time("20991231235959Z"));
const TRUE = Buffer.from([0x01, 0x01, 0xff]);

let serial = 1;

/** A certificate authority of its own (RFC 5280), by which servers and clients of tests are known. */
export function authority(name: string): Authority {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const isAuthority = extension("551d13", tlv(0x30, TRUE), true);
  const issue = (subject: string, key: KeyObject, extensions: Buffer[]) =>
    certificate(name, privateKey, subject, key, extensions);
  const certify = (subject: string, extensions: Buffer[]): Certified => {
    const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
    return { certificate: issue(subject, pair.publicKey, extensions), key: pem(pair.privateKey) };
  };
  return {
    certificate: issue(name, publicKey, [isAuthority]),
    key: pem(privateKey),
    server: (hosts = []) => certify("server", [subjectNames(hosts), usage("2b06010505070301")]),
    client: (subject) => certify(subject, [usage("2b06010505070302")]),
  };
}

function certificate(
  issuer: string,
  by: KeyObject,
  subject: string,
  key: KeyObject,
  extensions: Buffer[],
): string {
  const tbs = tlv(
    0x30,
    tlv(0xa0, Buffer.from([0x02, 0x01, 0x02])),
    tlv(0x02, Buffer.from([serial++])),
    ECDSA_WITH_SHA256,
    distinguished(issuer),
    VALIDITY,
    distinguished(subject),
    key.export({ type: "spki", format: "der" }),
    tlv(0xa3, tlv(0x30, ...extensions)),
  );
  return signed(tbs, by);
}

/** A name that is a common name alone. */
function distinguished(commonName: string): Buffer {
  return tlv(0x30, tlv(0x31, tlv(0x30, oid("550403"), tlv(0x0c, Buffer.from(commonName)))));
}

function subjectNames(hosts: readonly string[]): Buffer {
  const names = ["localhost", ...hosts].map((name) => tlv(0x82, Buffer.from(name)));
  return extension("551d11", tlv(0x30, ...names, tlv(0x87, Buffer.from([127, 0, 0, 1]))));
}

function usage(purpose: string): Buffer {
  return extension("551d25", tlv(0x30, oid(purpose)));
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return tlv(0x30, oid(id), ...(critical ? [TRUE] : []), tlv(0x04, value));
}

function pem(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}
