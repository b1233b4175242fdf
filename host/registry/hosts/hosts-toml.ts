import { join, posix } from "node:path";

import { parse } from "smol-toml";

import { parseGoDuration } from "./go-duration.js";
import { ALL_CAPABILITIES, type Capability, type HostSettings, HostsError } from "./host-settings.js";

type Table = Record<string, unknown>;

/**
 * Reads a hosts.toml of `folder`: the hosts in the order written, and the registry itself (`server`) as the last. As
 * containerd 2.1 reads it (core/remotes/docker/config/hosts.go), unknown members included, which are passed over.
 * Throws a `HostsError` where containerd would not take it.
 */
export function parseHostsToml(text: string, folder: string): HostSettings[] {
  const document = parseToml(text);
  const hosts = tableAt(document["host"] ?? {}, "host");
  const settings = Object.entries(hosts).map(([url, host]) =>
    readHost(url, tableAt(host, `host.${JSON.stringify(url)}`), folder),
  );
  const server = document["server"] ?? "";
  if (typeof server !== "string") throw new HostsError("server is not a string");
  return [...settings, readHost(server, document, folder)];
}

/** Without the parser's message: it quotes the lines around the mistake, and headers may hold secrets. */
function parseToml(text: string): Table {
  try {
    return parse(text) as Table;
  } catch (error) {
    const { line } = error as { line?: number };
    throw new HostsError(line === undefined ? "not valid toml" : `not valid toml, line ${line}`);
  }
}

function readHost(server: string, table: Table, folder: string): HostSettings {
  const overridePath = booleanAt(table["override_path"], "override_path") ?? false;
  return {
    ...readServer(server, overridePath),
    capabilities: readCapabilities(table["capabilities"]),
    caFiles: readAuthorities(table["ca"], folder),
    clientFiles: readClients(table["client"], folder),
    skipVerify: booleanAt(table["skip_verify"], "skip_verify"),
    headers: readHeaders(table["header"]),
    dialTimeoutMs: readDialTimeout(table["dial_timeout"]),
  };
}

/** `/v2` is added to a path that does not end with it, unless `override_path` says that the path is the API's. */
function readServer(server: string, overridePath: boolean): { url: URL | null; apiRoot: string } {
  if (server === "") return { url: null, apiRoot: "/v2" };
  const text = server.startsWith("http") ? server : `https://${server}`;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") {
    throw new HostsError(`${JSON.stringify(server)} is not a host, or an http or https url`);
  }
  const path = posix.normalize(url.pathname).replace(/\/$/, "");
  const apiRoot = overridePath || path.endsWith("/v2") ? path : `${path}/v2`;
  return { url: new URL(url.origin), apiRoot };
}

function readCapabilities(value: unknown): readonly Capability[] {
  const names = value === undefined ? [] : stringsAt(value, "capabilities");
  if (names.length === 0) return ALL_CAPABILITIES;
  return names.map((name) => {
    const found = ALL_CAPABILITIES.find((capability) => capability === name.toLowerCase());
    if (found === undefined) throw new HostsError(`unknown capability ${JSON.stringify(name)}`);
    return found;
  });
}

function readAuthorities(value: unknown, folder: string): readonly string[] | null {
  if (value === undefined) return null;
  const files = typeof value === "string" ? [value] : stringsAt(value, "ca");
  return files.map((file) => within(folder, file));
}

/** One file, a list of files, or a list of pairs. */
function readClients(value: unknown, folder: string): HostSettings["clientFiles"] {
  if (value === undefined) return [];
  const clients = typeof value === "string" ? [value] : listAt(value, "client");
  return clients.map((client) => {
    const [certificate, key, ...more] = typeof client === "string" ? [client] : stringsAt(client, "client");
    if (certificate === undefined || more.length > 0 || (key === undefined && typeof client !== "string")) {
      throw new HostsError("client is neither files nor pairs of files");
    }
    return { certificate: within(folder, certificate), key: within(folder, key ?? certificate) };
  });
}

function readHeaders(value: unknown): Record<string, string | string[]> {
  if (value === undefined) return {};
  const headers = Object.entries(tableAt(value, "header")).map(([name, given]) => {
    const values = typeof given === "string" ? [given] : stringsAt(given, "a header");
    if (
      !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) ||
      values.some((one) => !/^[\t\x20-\x7e\x80-\xff]*$/.test(one))
    ) {
      throw new HostsError("a header is not one that http can carry");
    }
    return [name.toLowerCase(), values.length === 1 ? (values[0] as string) : values] as const;
  });
  return Object.fromEntries(headers);
}

function readDialTimeout(value: unknown): number | null {
  if (value === undefined || value === "") return null;
  const ms = typeof value === "string" ? parseGoDuration(value) : null;
  if (ms === null) throw new HostsError("dial_timeout is not a duration, such as 5s");
  return ms;
}

function within(folder: string, file: string): string {
  return file.startsWith("/") ? file : join(folder, file);
}

function tableAt(value: unknown, name: string): Table {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Table;
  throw new HostsError(`${name} is not a table`);
}

function listAt(value: unknown, name: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new HostsError(`${name} is not a list`);
}

function stringsAt(value: unknown, name: string): string[] {
  const list = listAt(value, name);
  if (list.every((entry) => typeof entry === "string")) return list;
  throw new HostsError(`${name} is not a list of strings`);
}

function booleanAt(value: unknown, name: string): boolean | null {
  if (value === undefined) return null;
  if (typeof value === "boolean") return value;
  throw new HostsError(`${name} is not true or false`);
}
