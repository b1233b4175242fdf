import { generateKeyPairSync, randomUUID, sign } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { TlsOptions } from "node:tls";
import { type KeyPair, selfSigned } from "./certificate.js";
import { ListeningHost, type SeenRequest } from "./listening-host.js";
import { BASIC } from "./registry-user.js";

/** Both who gives tokens and whom they are for. */
const NAME = "countersign tests";
/** Seconds. */
const LIFETIME = 300;

/**
 * The token service of a docker-registry with `auth: token`: the user gets whatever is asked for, anybody else a token
 * for nothing, a wrong password none. Source: distribution's token authentication specification, `token.md`, `jwt.md`.
 */
export class TokenServer {
  readonly service = NAME;
  readonly issuer = NAME;
  /** The key by which tokens are signed, as a certificate in PEM. */
  readonly certificate: string;
  readonly #host: ListeningHost;
  readonly #scheme: "http" | "https";

  private constructor(host: ListeningHost, certificate: string, scheme: "http" | "https") {
    this.#host = host;
    this.#scheme = scheme;
    this.certificate = certificate;
  }

  static async start(tls?: TlsOptions): Promise<TokenServer> {
    const key = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const host = await ListeningHost.start((seen, _request, response) => serve(key, seen, response), tls);
    return new TokenServer(host, selfSigned(key), tls === undefined ? "http" : "https");
  }

  get host(): string {
    return this.#host.host;
  }

  get realm(): string {
    return `${this.#scheme}://${this.host}/token`;
  }

  get seen(): readonly SeenRequest[] {
    return this.#host.seen;
  }

  stop(): Promise<void> {
    return this.#host.stop();
  }
}

/** The GET of the specification. Clients that try OAuth2's POST first are told that there is no such thing. */
function serve(key: KeyPair, { method, path, authorization }: SeenRequest, response: ServerResponse): void {
  const url = new URL(path, "http://token");
  if (method !== "GET" || url.pathname !== "/token") return void response.writeHead(404).end();
  if (authorization !== undefined && authorization !== BASIC) return void response.writeHead(401).end();
  const scopes = authorization === undefined ? [] : url.searchParams.getAll("scope");
  const token = signToken(key, scopes.flatMap((scope) => scope.split(" ")).map(readScope));
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ token, expires_in: LIFETIME }));
}

function readScope(scope: string): { type: string; name: string; actions: string[] } {
  const [, type = "", name = "", actions = ""] = /^([^:]*):(.*):([^:]*)$/.exec(scope) ?? [];
  return { type, name, actions: actions.split(",") };
}

/** A JSON Web Token by ES256, with the key in its header. */
function signToken({ privateKey, publicKey }: KeyPair, access: readonly object[]): string {
  const now = Math.floor(Date.now() / 1000);
  const header = { typ: "JWT", alg: "ES256", jwk: publicKey.export({ format: "jwk" }) };
  const times = { iat: now, nbf: now - 60, exp: now + LIFETIME };
  const claims = { iss: NAME, aud: NAME, sub: "", jti: randomUUID(), ...times, access };
  const signed = [header, claims].map((part) => base64url(JSON.stringify(part))).join(".");
  const signature = sign("sha256", Buffer.from(signed), { key: privateKey, dsaEncoding: "ieee-p1363" });
  return `${signed}.${base64url(signature)}`;
}

function base64url(content: string | Buffer): string {
  return Buffer.from(content).toString("base64url");
}
