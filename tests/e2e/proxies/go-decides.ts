// go-decides SKOPEO, in a network of its own: asks skopeo, which is Go, for an image at each host of the cases, and prints
// what became of it. Every host leads to this machine, whether the proxy is asked for it or not.
import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";

import { HttpProxyServer } from "../../support/http-proxy.js";
import { finish } from "../../support/process.js";
import { DECISIONS_ON_NAMES, ENVIRONMENTS } from "./cases.js";

/** Of one question: whether the proxy was asked, and what it was shown; or whether the host was. */
export interface Seen {
  readonly proxied: boolean;
  readonly straight: boolean;
  readonly authorization: string | null;
}

const [skopeo = ""] = process.argv.slice(2);
const proxy = await HttpProxyServer.start({ places: new Map() });
const target = await listenerOn(5443);

const decisions = [];
for (const { noProxy, host } of DECISIONS_ON_NAMES)
  decisions.push(await ask(host, { HTTPS_PROXY: `http://${proxy.host}`, NO_PROXY: noProxy }));
const environments = [];
for (const { environment } of ENVIRONMENTS)
  environments.push(await ask("registry.test:5443", environment(proxy.host)));
process.stdout.write(`${JSON.stringify({ decisions, environments })}\n`);
process.exit();

async function ask(host: string, environment: Readonly<Record<string, string>>): Promise<Seen> {
  proxy.seen.length = 0;
  target.connections = 0;
  const env = { PATH: process.env["PATH"], HOME: "/nonexistent", ...environment };
  // It would ask by http after https failed.
  await finish(skopeo, ["--command-timeout", "5s", "inspect", "--raw", `docker://${host}/a:1`], { env });
  const seen = proxy.seen.filter(({ method }) => method === "CONNECT");
  const authorization = seen[0]?.headers["proxy-authorization"] ?? null;
  return { proxied: seen.length > 0, straight: target.connections > 0, authorization };
}

/** Counts connections, and ends them. */
async function listenerOn(port: number): Promise<{ connections: number; server: Server }> {
  const listener = { connections: 0, server: createServer() };
  listener.server.on("connection", (socket) => {
    listener.connections++;
    socket.destroy();
  });
  listener.server.listen(port, "::");
  await once(listener.server, "listening");
  if ((listener.server.address() as AddressInfo).port !== port) throw new Error("another port");
  return listener;
}
