// Preloaded into a process (--import): writes down whoever it tries to reach, by name or by connection.

import { appendFileSync } from "node:fs";
import { createRequire, syncBuiltinESMExports } from "node:module";

const log = process.env["NETWORK_LOG"] ?? "";
const require = createRequire(import.meta.url);

function watch(target: Record<string, unknown>, name: string, what: string): void {
  const original = target[name] as (...args: unknown[]) => unknown;
  target[name] = function (this: unknown, ...args: unknown[]) {
    appendFileSync(log, `${what}\n`);
    return original.apply(this, args);
  };
}

const dns = require("node:dns");
watch(require("node:net").Socket.prototype, "connect", "a connection");
watch(require("node:dgram").Socket.prototype, "send", "a datagram");
for (const name of ["lookup", "resolve", "resolve4", "resolve6"]) {
  watch(dns, name, `dns.${name}`);
  watch(dns.promises, name, `dns.promises.${name}`);
}
syncBuiltinESMExports();
