import { isRegistry } from "../../oci/names.js";
import { objectAt, parse, readAuthDocument, stringAt } from "./auths.js";
import { findByRepository } from "./containers-auth.js";
import { readCredentialFile } from "./file.js";
import { CredentialError, type CredentialSource, type Credentials } from "./source.js";

/**
 * A file the operator names (`--auth-file`), in one of two shapes: `{"auths":{…}}` of Docker and containers as
 * `FILE`, or the `{"user_name":…,"password":…}` of confidential VMs as `HOST=FILE`, since that shape does not
 * say which registry its password is for, and it must not be sent to any other. Read once, so that a missing or
 * malformed file is an error at start: throws a `CredentialError`.
 */
export async function readAuthFile(argument: string): Promise<CredentialSource> {
  const { host, path } = splitArgument(argument);
  const text = await readCredentialFile(path);
  if (text === null) throw new CredentialError(`${path}: no such file`);
  const document = objectAt(parse(text, path), path, "the document");
  if ("user_name" in document) return pairFor(host, document, path);
  if (!("auths" in document)) throw new CredentialError(`${path}: neither auths nor user_name and password`);
  if (host !== null)
    throw new CredentialError(`${path}: names its registries itself, so give it without ${host}=`);
  const { auths } = readAuthDocument(text, path);
  return { lookup: async (registry, repository) => findByRepository(auths, registry, repository) };
}

function pairFor(host: string | null, document: Record<string, unknown>, path: string): CredentialSource {
  const credentials: Credentials = {
    username: stringAt(document["user_name"], path, "user_name"),
    password: stringAt(document["password"], path, "password"),
  };
  if (credentials.username === "" || credentials.username.includes(":")) {
    throw new CredentialError(`${path}: user_name is empty or contains a colon`);
  }
  if (host === null) {
    throw new CredentialError(`${path}: does not say which registry it is for, so give it as HOST=${path}`);
  }
  return { lookup: async (registry) => (registry === host ? credentials : null) };
}

function splitArgument(argument: string): { host: string | null; path: string } {
  const equals = argument.indexOf("=");
  const host = argument.slice(0, equals);
  return equals > 0 && isRegistry(host)
    ? { host, path: argument.slice(equals + 1) }
    : { host: null, path: argument };
}
