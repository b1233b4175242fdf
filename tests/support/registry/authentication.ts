import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { ok, type Reply, refusal } from "./reply.js";

/** A registry that wants a user name and password with every request. */
export interface BasicAuthentication {
  readonly kind: "basic";
  readonly username: string;
  readonly password: string;
}

/** A registry that wants a token from its token service, which is served at `/token` of the same host. */
export interface BearerAuthentication {
  readonly kind: "bearer";
  /** Without a user, anybody gets a token. */
  readonly user?: { readonly username: string; readonly password: string };
  /** A refresh token that is as good as the user's password. */
  readonly identityToken?: string;
  /** What tokens allow at most; pushing too unless told. */
  readonly grants?: "pull" | "pull,push";
  /** Named in the challenge in place of its own token service. */
  readonly realm?: string;
  /** Lifetime of tokens in seconds. */
  readonly expiresIn?: number;
}

export type Authentication = BasicAuthentication | BearerAuthentication;

/** Decides who may pass, and runs the token service. */
export class Gate {
  readonly #authentication: Authentication;
  readonly #scopeOfToken = new Map<string, string>();

  constructor(authentication: Authentication) {
    this.#authentication = authentication;
  }

  /** Every token the token service has given. */
  get tokens(): readonly string[] {
    return [...this.#scopeOfToken.keys()];
  }

  /** Makes tokens given so far worthless. */
  revokeTokens(): void {
    for (const token of this.#scopeOfToken.keys()) this.#scopeOfToken.set(token, "");
  }

  /** Whether a request may do that: each repository with what is done there. */
  admits(authorization: string | undefined, repository: string, action: "pull" | "push"): boolean {
    if (this.#authentication.kind === "basic") return authorization === basicHeader(this.#authentication);
    const token = authorization?.replace(/^Bearer /, "") ?? "";
    const { grants = "pull,push" } = this.#authentication;
    if (!grants.split(",").includes(action)) return false;
    return (this.#scopeOfToken.get(token) ?? "").split(" ").some((scope) => {
      const [type, name, actions = ""] = scope.split(":");
      return type === "repository" && name === repository && actions.split(",").includes(action);
    });
  }

  challenge(repository: string, host: string): string {
    if (this.#authentication.kind === "basic") return 'Basic realm="test, with a comma"';
    const realm = this.#authentication.realm ?? `http://${host}/token`;
    return `Bearer realm="${realm}",service="test registry",scope="repository:${repository}:pull,push"`;
  }

  /** Answers the token service's GET, or (OAuth2) its POST. */
  serveToken(request: IncomingMessage, url: URL, body: string): Reply {
    const form = request.method === "POST" ? new URLSearchParams(body) : url.searchParams;
    if (!this.#mayHaveToken(request, form)) return refusal(401, "UNAUTHORIZED");
    const token = randomBytes(16).toString("hex");
    this.#scopeOfToken.set(token, form.getAll("scope").join(" "));
    const { expiresIn } = this.#authentication as BearerAuthentication;
    const answer = request.method === "POST" ? { access_token: token } : { token };
    return ok("application/json", JSON.stringify({ ...answer, expires_in: expiresIn }));
  }

  #mayHaveToken(request: IncomingMessage, form: URLSearchParams): boolean {
    if (this.#authentication.kind !== "bearer") return false;
    const { user, identityToken } = this.#authentication;
    if (user === undefined && identityToken === undefined) return true;
    if (request.method === "POST") {
      return form.get("grant_type") === "refresh_token" && form.get("refresh_token") === identityToken;
    }
    return user !== undefined && request.headers.authorization === basicHeader(user);
  }
}

function basicHeader({ username, password }: { username: string; password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}
