import { join } from "node:path";

import { LRUCache } from "lru-cache";

import { type Auths, objectAt, parse, stringAt } from "../auths.js";
import { execute } from "../executable.js";
import { CredentialError, type CredentialSource, type Credentials, type Report } from "../source.js";
import { matchesImage } from "./image-match.js";
import { findByPattern } from "./kubelet-config.js";
import { durationAt, type ProviderSettings } from "./provider-config.js";

/** Shorter than kubelet's minute: a verdict is due in seconds. */
const TIMEOUT_MS = 5_000;
const MAX_REMEMBERED = 1_024;

/** What a provider has said, and for how long and for what it holds. */
interface Answer {
  readonly auths: Auths;
  readonly cacheKey: string | null;
  readonly cacheMs: number;
}

/**
 * kubelet's credential providers (KEP-2133), asked as kubelet asks them: those whose `matchImages` match, in order.
 * Each answer is kept for as long, and for as many images, as it says. The credentials for an image are looked up by
 * pattern.
 */
export class CredentialProviders implements CredentialSource {
  readonly #providers: readonly ProviderSettings[];
  readonly #folder: string;
  readonly #report: Report;
  readonly #kept = new LRUCache<string, Auths>({ max: MAX_REMEMBERED });
  readonly #asking = new Map<string, Promise<Auths>>();

  /** `folder` holds the providers' programs. */
  constructor(providers: readonly ProviderSettings[], folder: string, report: Report) {
    this.#providers = providers;
    this.#folder = folder;
    this.#report = report;
  }

  async lookup(registry: string, repository: string): Promise<Credentials | null> {
    const image = `${registry}/${repository}`;
    for (const provider of this.#providers) {
      if (!provider.matchImages.some((pattern) => matchesImage(pattern, image))) continue;
      if (provider.needsServiceAccount) {
        this.#report(`credential provider ${provider.name} wants a pod's service account, and is not asked`);
        continue;
      }
      const found = findByPattern(await this.#auths(provider, registry, image), image);
      if (found !== null) return found;
    }
    return null;
  }

  async #auths(provider: ProviderSettings, registry: string, image: string): Promise<Auths> {
    const keys = [`Image ${image}`, `Registry ${registry}`, "Global"].map((key) => `${provider.name} ${key}`);
    for (const key of keys) {
      const kept = this.#kept.get(key);
      if (kept !== undefined) return kept;
    }
    const [key = ""] = keys;
    const asking = this.#asking.get(key) ?? this.#ask(provider, registry, image);
    this.#asking.set(key, asking);
    try {
      return await asking;
    } finally {
      this.#asking.delete(key);
    }
  }

  async #ask(provider: ProviderSettings, registry: string, image: string): Promise<Auths> {
    const program = join(this.#folder, provider.name);
    const { apiVersion, args, env } = provider;
    const { status, output } = await execute(program, {
      args,
      input: JSON.stringify({ apiVersion, kind: "CredentialProviderRequest", image }),
      env: { ...process.env, ...env },
      timeoutMs: TIMEOUT_MS,
    });
    if (status !== 0) throw new CredentialError(`${program}: failed with status ${status}`);
    const { auths, cacheKey, cacheMs } = readAnswer(output, program, provider, { image, registry });
    if (cacheKey !== null && cacheMs > 0) {
      this.#kept.set(`${provider.name} ${cacheKey}`, auths, { ttl: cacheMs });
    }
    return auths;
  }
}

function readAnswer(
  text: string,
  program: string,
  { apiVersion, defaultCacheMs }: ProviderSettings,
  { image, registry }: { image: string; registry: string },
): Answer {
  const answer = objectAt(parse(text, program), program, "its answer");
  if (answer["kind"] !== "CredentialProviderResponse" || answer["apiVersion"] !== apiVersion) {
    throw new CredentialError(`${program}: its answer is not a CredentialProviderResponse of ${apiVersion}`);
  }
  const auths = new Map<string, Credentials>();
  for (const [pattern, entry] of Object.entries(objectAt(answer["auth"] ?? {}, program, "auth"))) {
    const { username, password } = objectAt(entry, program, "an entry of auth");
    auths.set(pattern, {
      username: stringAt(username, program, "username of an entry of auth"),
      password: stringAt(password, program, "password of an entry of auth"),
    });
  }
  const given = answer["cacheDuration"];
  const cacheMs =
    given === undefined || given === null ? defaultCacheMs : durationAt(given, program, "cacheDuration");
  return { auths, cacheKey: keyOf(answer["cacheKeyType"], { image, registry }), cacheMs };
}

/** What an answer of this `cacheKeyType` holds for. */
function keyOf(type: unknown, { image, registry }: { image: string; registry: string }): string | null {
  if (type === "Image") return `Image ${image}`;
  if (type === "Registry") return `Registry ${registry}`;
  return type === "Global" ? "Global" : null;
}
