import { allowsHttp } from "./endpoint.js";
import { RegistryError } from "./error.js";

export const MAX_REDIRECTS = 5;

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status);
}

/**
 * Where an answer of `from` leads. Registries send blobs to object stores, so another host is fine; never from
 * https to http, http only where it would be good enough for a registry, and no user names in the URL. Whether
 * the target's address may be connected to is decided where it is known, in connections.ts. `what` names the
 * location in a refusal.
 */
export function redirectTarget(
  from: URL,
  location: string | undefined,
  plainHttp: readonly string[],
  what: string,
): URL {
  if (location === undefined || !URL.canParse(location, from.href)) {
    throw new RegistryError("registry-protocol", `${what} leads nowhere`);
  }
  const target = new URL(location, from.href);
  if (target.protocol === "http:") {
    if (from.protocol === "https:")
      throw new RegistryError("registry-protocol", `${what} leads from https to http`);
    if (!allowsHttp(target, plainHttp)) {
      throw new RegistryError(
        "registry-protocol",
        `${what} leads to a host that is not to be asked over http`,
      );
    }
  } else if (target.protocol !== "https:") {
    throw new RegistryError("registry-protocol", `${what} leads to something that is not http`);
  }
  if (target.username !== "" || target.password !== "") {
    throw new RegistryError("registry-protocol", `${what} carries a user name`);
  }
  return target;
}
