import { type ClientRequest, type RequestOptions, request as requestOverHttp } from "node:http";
import { request as requestOverHttps } from "node:https";
import { isIP, type LookupFunction, type Socket } from "node:net";
import type { buildConnector } from "undici";

import { connectionFailure } from "./connection-failure.js";
import { RegistryError } from "./error.js";
import type { HttpProxy } from "./proxies.js";
import type { TlsProfile } from "./tls-profile.js";

/** How the proxy itself is reached. */
export interface ProxyAccess {
  readonly proxy: HttpProxy;
  readonly tls: TlsProfile;
  readonly lookup: LookupFunction;
}

/** Connects through a proxy: CONNECT (RFC 9110, section 9.3.6). `secure` makes a TLS connection inside the tunnel. */
export function tunnelThrough(
  access: ProxyAccess,
  secure: buildConnector.connector,
): buildConnector.connector {
  return (target, callback) => {
    const port = target.port || "443";
    openTunnel(access, `${target.hostname}:${port}`, (error, socket) => {
      if (error !== null) return callback(error, null);
      secure({ ...target, httpSocket: socket }, callback);
    });
  };
}

/** `authority` is host and port, an IPv6 host in brackets. Calls back once. */
function openTunnel(
  access: ProxyAccess,
  authority: string,
  callback: (...result: [RegistryError, null] | [null, Socket]) => void,
): void {
  let isOver = false;
  const end = (...result: [RegistryError, null] | [null, Socket]) => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    callback(...result);
  };
  const fail = (error: unknown) => end(proxyFailure(error), null);
  const { connectTimeoutMs } = access.tls.settings;
  const timer = setTimeout(() => request.destroy(timeout()), connectTimeoutMs);
  const request: ClientRequest = connectRequest(access, authority);
  request
    .on("connect", ({ statusCode = 0 }, socket: Socket, head: Buffer) => {
      if (statusCode >= 200 && statusCode < 300 && head.length === 0) return end(null, socket);
      socket.on("error", () => {}).destroy();
      fail(statusCode < 300 ? outOfTurn() : refusedByProxy(statusCode));
    })
    .on("error", fail)
    .end();
}

function connectRequest({ proxy, tls, lookup }: ProxyAccess, authority: string): ClientRequest {
  const { url, authorization } = proxy;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const options: RequestOptions = {
    method: "CONNECT",
    host,
    port: url.port || (url.protocol === "https:" ? 443 : 80),
    path: authority,
    headers: { host: authority, ...(authorization === null ? {} : { "proxy-authorization": authorization }) },
    agent: false,
    lookup,
  };
  if (url.protocol === "http:") return requestOverHttp(options);
  // Else Node.js takes it from the Host header, which names the registry.
  const servername = isIP(host) === 0 ? host : "";
  const { context: secureContext, settings } = tls;
  const secured = { ...options, servername, secureContext, rejectUnauthorized: !settings.skipVerify };
  return requestOverHttps(secured as RequestOptions);
}

/** Refuses a proxy that speaks something else, as socks5. */
export function assertSpoken({ url }: HttpProxy): void {
  if (url.protocol === "http:" || url.protocol === "https:") return;
  throw new RegistryError("registry-unavailable", "the environment's proxy speaks neither http nor https");
}

/** The error for a proxy that answers by itself. */
export function refusedByProxy(status: number): RegistryError {
  const detail =
    status === 407
      ? "the proxy wants credentials, or other ones (status 407)"
      : `the proxy refused to connect (status ${status})`;
  return new RegistryError("registry-unavailable", detail, { transient: MOMENTARY.has(status) });
}

const MOMENTARY = new Set([429, 502, 503, 504]);

/** The error for a proxy that cannot be reached, worded so that nobody blames the registry. */
export function proxyFailure(error: unknown): RegistryError {
  const failure = connectionFailure(error, NEVER);
  if (failure === error && failure instanceof RegistryError) return failure;
  if (String((error as NodeJS.ErrnoException).code).startsWith("HPE_"))
    return new RegistryError("registry-protocol", "the proxy's answer is not valid http");
  if (!(failure instanceof RegistryError))
    return new RegistryError("registry-unavailable", "proxy: connection failed");
  const { code, detail, transient } = failure;
  return new RegistryError(code, `proxy: ${detail}`, { transient });
}

const NEVER = new AbortController().signal;

function outOfTurn(): RegistryError {
  return new RegistryError("registry-protocol", "the proxy speaks before it is spoken to");
}

function timeout(): Error {
  return Object.assign(new Error("no answer in time"), { code: "ETIMEDOUT" });
}
