import { LRUCache } from "lru-cache";

import { objectAt, parse, stringAt } from "./auths.js";
import { execute } from "./executable.js";
import { CredentialError, type Credentials } from "./source.js";

const TIMEOUT_MS = 5_000;
/** Helpers ask keychains and clouds: their answers are kept for a moment. */
const TTL_MS = 60_000;
const NOT_FOUND = /credentials not found/i;

/** Answers of helpers, by helper and server. */
const said = new LRUCache<string, Promise<Credentials | null>>({ max: 1_024, ttl: TTL_MS });

/**
 * Asks `docker-credential-NAME` of the PATH for a server's credentials, by the protocol of docker-credential-helpers:
 * `get`, the server on standard input, `{"ServerURL","Username","Secret"}` on standard output. The user name `<token>` says
 * that the secret is an identity token. Null if the helper has none.
 */
export function askHelper(name: string, server: string): Promise<Credentials | null> {
  const key = JSON.stringify([name, server]);
  const known = said.get(key);
  if (known !== undefined) return known;
  const asked = ask(name, server);
  said.set(key, asked);
  asked.catch(() => said.delete(key));
  return asked;
}

async function ask(name: string, server: string): Promise<Credentials | null> {
  const program = `docker-credential-${name}`;
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) {
    throw new CredentialError("a credential helper's name is not one of a program");
  }
  const { status, output } = await execute(program, { args: ["get"], input: server, timeoutMs: TIMEOUT_MS });
  if (NOT_FOUND.test(output)) return null;
  if (status !== 0) throw new CredentialError(`${program}: failed with status ${status}`);
  const answer = objectAt(parse(output, program), program, "its answer");
  const username = stringAt(answer["Username"], program, "Username");
  const secret = stringAt(answer["Secret"], program, "Secret");
  return username === "<token>" ? { identityToken: secret } : { username, password: secret };
}
