import { BlockList, isIP } from "node:net";
import { domainToASCII } from "node:url";

import { basic } from "./token-service.js";

/** A proxy as the environment names it. */
export interface HttpProxy {
  /** Scheme, host and port: what may be shown. */
  readonly url: URL;
  /** Value of the Proxy-Authorization header. */
  readonly authorization: string | null;
}

/**
 * The proxies of the environment, by the rules of Go's http.ProxyFromEnvironment (golang.org/x/net/http/httpproxy), which is
 * what containerd goes by: HTTPS_PROXY for https, HTTP_PROXY for http, upper case before lower case, nothing for this
 * machine, and NO_PROXY with names, addresses, CIDRs and ports. They say how a registry is reached, never what is
 * believed.
 */
export class Proxies {
  readonly #byScheme: ReadonlyMap<string, HttpProxy>;
  readonly #exempt: (host: string, port: string) => boolean;
  /** Variables that are set to something that is no proxy: they are not used, as Go has it. */
  readonly unusable: readonly string[];

  constructor(environment: Readonly<Record<string, string | undefined>>) {
    const byScheme = new Map<string, HttpProxy>();
    const unusable: string[] = [];
    for (const [scheme, name] of [
      ["https:", "HTTPS_PROXY"],
      ["http:", "HTTP_PROXY"],
    ] as const) {
      const text = either(environment, name);
      if (text === "") continue;
      const proxy = readProxy(text);
      if (proxy === null) unusable.push(name);
      else byScheme.set(scheme, proxy);
    }
    this.#byScheme = byScheme;
    this.unusable = unusable;
    this.#exempt = readExemptions(either(environment, "NO_PROXY"));
  }

  /** The proxy through which a URL is asked; null: directly. */
  proxyFor({ protocol, hostname, port }: URL): HttpProxy | null {
    const proxy = this.#byScheme.get(protocol) ?? null;
    if (proxy === null) return null;
    const host = hostname.replace(/^\[|\]$/g, "").toLowerCase();
    if (host === "localhost" || LOOPBACK.check(host, familyOf(host))) return null;
    return this.#exempt(host, port || (protocol === "https:" ? "443" : "80")) ? null : proxy;
  }
}

export const NO_PROXIES = new Proxies({});

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

function either(environment: Readonly<Record<string, string | undefined>>, name: string): string {
  return environment[name] || environment[name.toLowerCase()] || "";
}

/** `host:port` alone is http, as in Go. */
function readProxy(text: string): HttpProxy | null {
  const candidates = [text, `http://${text}`].filter((candidate) => URL.canParse(candidate));
  const url = candidates.map((candidate) => new URL(candidate)).find(({ host }) => host !== "");
  if (url === undefined) return null;
  const { username, password } = url;
  const isNamed = username !== "" || password !== "";
  const authorization = isNamed ? basic({ username: decoded(username), password: decoded(password) }) : null;
  return { url: new URL(`${url.protocol}//${url.host}`), authorization };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** An entry of NO_PROXY. `host` is in lower case, without brackets. */
type Exemption = (host: string, port: string) => boolean;

function readExemptions(text: string): Exemption {
  const entries = text.split(",").map((entry) => entry.trim().toLowerCase());
  if (entries.includes("*")) return () => true;
  const exemptions = entries.map(readExemption).filter((exemption) => exemption !== null);
  return (host, port) => exemptions.some((exempts) => exempts(host, port));
}

/** Null for one that means nothing. */
function readExemption(entry: string): Exemption | null {
  const network = networkOf(entry);
  if (network !== null) return (host) => network.check(host, familyOf(host));
  const [, bracketed, plain, port = ""] = /^(?:\[([^[\]]*)\]|([^:[\]]*)):([^:[\]]*)$/.exec(entry) ?? [];
  const named = bracketed ?? plain ?? entry;
  if (named === "") return null;
  const atPort = (asked: string) => port === "" || port === asked;
  if (isIP(named) !== 0) {
    const address = new BlockList();
    address.addAddress(named, familyOf(named));
    return (host, asked) => address.check(host, familyOf(host)) && atPort(asked);
  }
  const name = named.startsWith("*.") ? named.slice(1) : named;
  const below = domainOf(name.startsWith(".") ? name : `.${name}`);
  const itself = name.startsWith(".") ? null : below.slice(1);
  // An address is no name, whatever it ends with.
  return (host, asked) => isIP(host) === 0 && (host.endsWith(below) || host === itself) && atPort(asked);
}

/** Of a CIDR (RFC 4632, RFC 4291); null for anything else. */
function networkOf(entry: string): BlockList | null {
  const [, address = "", bits = ""] = /^([0-9a-f.:]+)\/(\d{1,3})$/.exec(entry) ?? [];
  const version = isIP(address);
  if (version === 0 || Number(bits) > (version === 4 ? 32 : 128)) return null;
  const network = new BlockList();
  network.addSubnet(address, Number(bits), familyOf(address));
  return network;
}

function domainOf(name: string): string {
  return domainToASCII(name) || name;
}

function familyOf(host: string): "ipv4" | "ipv6" {
  return host.includes(":") ? "ipv6" : "ipv4";
}
