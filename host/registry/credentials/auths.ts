import { CredentialError, type Credentials } from "./source.js";

/** Credentials by key: a registry's host, a host and path, or (Docker) a URL. */
export type Auths = ReadonlyMap<string, Credentials>;

/** What Docker's config.json and podman's auth.json have in common. */
export interface AuthDocument {
  readonly auths: Auths;
  /** Names of credential helpers by registry. */
  readonly helpers: ReadonlyMap<string, string>;
  /** The helper for all registries. */
  readonly store: string | null;
}

/**
 * Reads `{"auths":{KEY:{"auth":BASE64,…}},"credHelpers":{…},"credsStore":…}`; other members belong to other
 * programs. Throws a `CredentialError` that begins with `file` and says where, not what.
 */
export function readAuthDocument(text: string, file: string): AuthDocument {
  const document = objectAt(parse(text, file), file, "the document");
  const auths = new Map<string, Credentials>();
  for (const [key, entry] of members(document["auths"], file, "auths")) {
    const credentials = readEntry(objectAt(entry, file, "an entry of auths"), file);
    if (credentials !== null) auths.set(key, credentials);
  }
  const helpers = new Map<string, string>();
  for (const [key, name] of members(document["credHelpers"], file, "credHelpers")) {
    helpers.set(key, stringAt(name, file, "an entry of credHelpers"));
  }
  const store = document["credsStore"];
  return { auths, helpers, store: store === undefined ? null : stringAt(store, file, "credsStore") || null };
}

/** Parses JSON without quoting it: V8's own message repeats the text around the mistake. */
export function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new CredentialError(`${file}: not valid json`);
  }
}

export function objectAt(value: unknown, file: string, where: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new CredentialError(`${file}: ${where} is not an object`);
  }
  return value as Record<string, unknown>;
}

export function stringAt(value: unknown, file: string, where: string): string {
  if (typeof value !== "string") throw new CredentialError(`${file}: ${where} is not a string`);
  return value;
}

function members(value: unknown, file: string, where: string): [string, unknown][] {
  return value === undefined ? [] : Object.entries(objectAt(value, file, where));
}

/** One entry; null for `{}`, which Docker writes beside a credential store. */
function readEntry(entry: Record<string, unknown>, file: string): Credentials | null {
  const text = (name: string) =>
    entry[name] === undefined ? "" : stringAt(entry[name], file, `${name} of an entry of auths`);
  if (text("identitytoken") !== "") return { identityToken: text("identitytoken") };
  if (text("registrytoken") !== "") return { registryToken: headerSafe(text("registrytoken"), file) };
  if (text("auth") !== "") return decodeAuth(text("auth"), file);
  if (text("username") !== "") return { username: text("username"), password: text("password") };
  return null;
}

/** The token becomes part of a header as it is. */
function headerSafe(token: string, file: string): string {
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new CredentialError(`${file}: registrytoken of an entry of auths has characters no token has`);
  }
  return token;
}

/** `auth` is base64 of `user:password`; the password may contain colons. Docker pads some with NUL. */
function decodeAuth(auth: string, file: string): Credentials {
  const decoded = Buffer.from(auth, "base64").toString();
  const colon = decoded.indexOf(":");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(auth) || colon < 1) {
    throw new CredentialError(`${file}: auth of an entry of auths is not base64 of user:password`);
  }
  return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1).replace(/\0+$/, "") };
}
