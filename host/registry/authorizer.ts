import { LRUCache } from "lru-cache";
import { parseChallenges } from "./challenge.js";
import type { CredentialSource, Credentials } from "./credentials/source.js";
import { CredentialError } from "./credentials/source.js";
import { type Endpoint, isLoopbackHost, repositoryAt } from "./endpoint.js";
import { RegistryError } from "./error.js";
import { judgeRealm, type Realm } from "./realm.js";
import { basic, type TokenService } from "./token-service.js";

export interface AuthorizerOptions {
  readonly credentials: CredentialSource;
  readonly tokens: TokenService;
  readonly tokenRealms: readonly string[];
  readonly plainHttp: readonly string[];
}

/** What is being asked for, and until when. */
export interface Purpose {
  readonly endpoint: Endpoint;
  readonly repository: string;
  /** What a token has to allow. */
  readonly scopes: readonly string[];
  readonly signal: AbortSignal;
}

/** What a registry asks for in its challenge. */
type Demand = { readonly scheme: "basic" } | { readonly scheme: "bearer"; readonly realm: Realm };

const MAX_REMEMBERED = 1_024;

/** Answers registries' challenges, and remembers them so that the next request carries its answer with it. */
export class Authorizer {
  readonly #options: AuthorizerOptions;
  readonly #demands = new LRUCache<string, Demand>({ max: MAX_REMEMBERED });

  constructor(options: AuthorizerOptions) {
    this.#options = options;
  }

  /** The Authorization header for a registry that has challenged before; null for none. */
  async authorization(purpose: Purpose): Promise<string | null> {
    const demand = this.#demands.get(purpose.endpoint.url.origin);
    return demand === undefined ? null : this.#satisfy(demand, purpose, null);
  }

  /**
   * The answer to a 401: another Authorization header than the one rejected, null if there is none to give.
   * `header` is the value of WWW-Authenticate.
   */
  async answer(
    header: string | undefined,
    purpose: Purpose,
    rejected: string | null,
  ): Promise<string | null> {
    const demand = this.#readDemand(header ?? "", purpose.endpoint);
    if (demand === null) return null;
    this.#demands.set(purpose.endpoint.url.origin, demand);
    const authorization = await this.#satisfy(demand, purpose, rejected);
    return authorization === rejected ? null : authorization;
  }

  /** Bearer before Basic: a token opens one repository, the password all of them. */
  #readDemand(header: string, endpoint: Endpoint): Demand | null {
    const challenges = parseChallenges(header);
    if (challenges === null)
      throw new RegistryError("registry-protocol", "the registry's challenge is malformed");
    const bearer = challenges.find(({ scheme }) => scheme === "bearer");
    if (bearer !== undefined)
      return { scheme: "bearer", realm: judgeRealm(endpoint, bearer.parameters, this.#options) };
    return challenges.some(({ scheme }) => scheme === "basic") ? { scheme: "basic" } : null;
  }

  async #satisfy(demand: Demand, purpose: Purpose, rejected: string | null): Promise<string | null> {
    const credentials = await this.#credentials(purpose);
    if (demand.scheme === "basic") {
      return credentials !== null && "username" in credentials ? basic(credentials) : null;
    }
    if (credentials !== null && "registryToken" in credentials) return `Bearer ${credentials.registryToken}`;
    const { endpoint, scopes, signal } = purpose;
    const wish = {
      endpoint,
      realm: demand.realm,
      scopes,
      credentials: demand.realm.trusted ? credentials : null,
    };
    const spent = rejected?.startsWith("Bearer ") ? rejected.slice("Bearer ".length) : null;
    return `Bearer ${await this.#options.tokens.token(wish, spent, signal)}`;
  }

  /** Why existing credentials were not sent; null if they were sent, or if there are none. */
  async withheld(purpose: Purpose): Promise<string | null> {
    const { endpoint } = purpose;
    if ((await this.#lookup(purpose)) === null) return null;
    if (!mayBeShown(endpoint)) return "credentials are not sent over http";
    const demand = this.#demands.get(endpoint.url.origin);
    if (demand?.scheme !== "bearer" || demand.realm.trusted) return null;
    return "credentials are not sent to its token service, which is at another host and not listed";
  }

  async #credentials(purpose: Purpose): Promise<Credentials | null> {
    return mayBeShown(purpose.endpoint) ? this.#lookup(purpose) : null;
  }

  async #lookup({ endpoint, repository }: Purpose): Promise<Credentials | null> {
    try {
      return await this.#options.credentials.lookup(endpoint.registry, repositoryAt(endpoint, repository));
    } catch (error) {
      if (!(error instanceof CredentialError)) throw error;
      throw new RegistryError("registry-unauthorized", "the credentials cannot be read");
    }
  }
}

/** Credentials are not for everyone on the way to read: never over http, unless the way is within this machine. */
function mayBeShown({ url }: Endpoint): boolean {
  return url.protocol === "https:" || isLoopbackHost(url.hostname);
}
