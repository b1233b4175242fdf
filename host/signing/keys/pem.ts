import { KeyRefused } from "./refused.js";

/** One block of a PEM file (RFC 7468). */
export interface PemBlock {
  /** What stands between `-----BEGIN ` and `-----`. */
  readonly label: string;
  readonly contents: Uint8Array;
}

const BLOCK = /^-----BEGIN ([A-Z0-9 ]+)-----[ \t]*\n((?:(?!-----).*\n)*)-----END \1-----[ \t]*$/gm;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const COLUMNS = 64;

/** What `openssl ecparam -genkey` writes before the key, which names the curve again. */
const EC_PARAMETERS = "EC PARAMETERS";

/**
 * The key in a PEM file: its only block, besides the parameters that OpenSSL puts before an EC key. Text outside of
 * blocks is ignored. Throws `KeyRefused` for anything else: which of several keys is meant is not ours to guess.
 */
export function readPem(file: Uint8Array): PemBlock {
  const text = Buffer.from(file).toString("latin1").replace(/\r\n/g, "\n");
  const blocks = [...text.matchAll(BLOCK)];
  const beginnings = text.match(/^-----BEGIN /gm) ?? [];
  if (blocks.length !== beginnings.length) throw new KeyRefused("not a PEM file");
  const keys = blocks.filter(([, label]) => label !== EC_PARAMETERS);
  const [key, second] = keys;
  if (key === undefined) throw new KeyRefused("no key in the PEM file");
  if (second !== undefined) throw new KeyRefused("more than one PEM block");
  const [, label = "", body = ""] = key;
  return { label, contents: decodeBody(body) };
}

export function writePem({ label, contents }: PemBlock): string {
  const lines = Buffer.from(contents)
    .toString("base64")
    .match(new RegExp(`.{1,${COLUMNS}}`, "g"));
  return `-----BEGIN ${label}-----\n${(lines ?? []).join("\n")}\n-----END ${label}-----\n`;
}

function decodeBody(body: string): Uint8Array {
  // Headers (RFC 1421) stand only in keys that OpenSSL has encrypted in its oldest way.
  if (/^Proc-Type: 4,ENCRYPTED$/m.test(body))
    throw new KeyRefused("encrypted by OpenSSL: decrypt it first, with openssl pkey");
  const base64 = body.replace(/\s/g, "");
  if (!BASE64.test(base64)) throw new KeyRefused("not a PEM file: its body is not base64");
  return Buffer.from(base64, "base64");
}
