import assert from "node:assert/strict";
import { test } from "node:test";

import { parseGoDuration } from "../../../host/registry/hosts/go-duration.js";
import { type HostSettings, HostsError } from "../../../host/registry/hosts/host-settings.js";
import { parseHostsToml } from "../../../host/registry/hosts/hosts-toml.js";

const FOLDER = "/etc/containerd/certs.d/r.test";

const read = (text: string): HostSettings[] => parseHostsToml(text, FOLDER);
const only = (text: string): HostSettings => read(text)[0] as HostSettings;

test("hosts are asked in the order written, and the server as the last", () => {
  const hosts = read(`
server = "https://origin.test"
[host."https://z.test"]
[host."http://a.test:5000"]
  capabilities = ["pull"]
[host."http://a.test:5000".header]
  x-one = "1"
[host."10.0.0.1"]
`);
  assert.deepEqual(
    hosts.map(({ url }) => url?.origin),
    ["https://z.test", "http://a.test:5000", "https://10.0.0.1", "https://origin.test"],
  );
  assert.deepEqual(hosts[1]?.capabilities, ["pull"]);
  assert.deepEqual(hosts[0]?.capabilities, ["pull", "resolve", "push"]);
  assert.deepEqual(hosts[1]?.headers, { "x-one": "1" });
});

test("without a server the registry itself is the last", () => {
  assert.deepEqual(
    read(`[host."https://m.test"]\nskip_verify = true`).map(({ url }) => url?.host ?? null),
    ["m.test", null],
  );
  assert.equal(only("ca = 'a.crt'").url, null);
});

const API_ROOTS: readonly [url: string, overridden: boolean, root: string][] = [
  ["https://m.test", false, "/v2"],
  ["https://m.test/", false, "/v2"],
  ["m.test:5000", false, "/v2"],
  ["https://m.test/v2", false, "/v2"],
  ["https://m.test/v2/", false, "/v2"],
  ["https://m.test/v2/hub", false, "/v2/hub/v2"],
  ["https://m.test/v2/hub", true, "/v2/hub"],
  ["https://m.test/hub/../other//x", false, "/other/x/v2"],
  ["https://m.test", true, ""],
];

for (const [url, overridden, root] of API_ROOTS) {
  test(`${url}${overridden ? " with override_path" : ""} has its API at "${root}"`, () => {
    assert.equal(only(`[host."${url}"]\noverride_path = ${overridden}`).apiRoot, root);
  });
}

test("authorities and client certificates are files, beside hosts.toml unless absolute", () => {
  const certs = (text: string) => {
    const { caFiles, clientFiles } = only(`[host."m.test"]\n${text}`);
    return { caFiles, clientFiles };
  };
  const one = { certificate: `${FOLDER}/c.pem`, key: `${FOLDER}/c.pem` };
  assert.deepEqual(certs(`ca = "ca.crt"\nclient = "c.pem"`), {
    caFiles: [`${FOLDER}/ca.crt`],
    clientFiles: [one],
  });
  assert.deepEqual(certs(`ca = ["/a.crt", "b.crt"]\nclient = ["c.pem", "/d.pem"]`), {
    caFiles: ["/a.crt", `${FOLDER}/b.crt`],
    clientFiles: [one, { certificate: "/d.pem", key: "/d.pem" }],
  });
  assert.deepEqual(certs(`client = [["/c.crt", "c.key"]]`), {
    caFiles: null,
    clientFiles: [{ certificate: "/c.crt", key: `${FOLDER}/c.key` }],
  });
});

test("headers have one value or several, and the name's case does not matter", () => {
  const { headers } = only(`[host."m.test".header]\nX-A = "1"\nx-b = ["2", "3"]`);
  assert.deepEqual(headers, { "x-a": "1", "x-b": ["2", "3"] });
});

const UNUSABLE: readonly [what: string, text: string, message: RegExp][] = [
  ["no toml", "server = \nsecret", /^not valid toml, line \d+$/],
  ["a host twice", '[host."a"]\n[host."a"]', /^not valid toml/],
  ["an unknown capability", 'capabilities = ["delete"]', /^unknown capability "delete"$/],
  ["a server that is no url", 'server = "https://a b"', /is not a host/],
  ["another scheme", '[host."httpx://a.test"]', /is not a host/],
  ["a user name in the url", '[host."https://u:secret@a.test"]', /is not a host/],
  ["a server that is no text", "server = 5", /^server is not a string$/],
  ["an authority that is no file", "ca = 5", /^ca is not a list$/],
  ["a pair of three", 'client = [["a","b","c"]]', /^client is neither/],
  ["a pair of one", 'client = [["a"]]', /^client is neither/],
  ["skip_verify as text", 'skip_verify = "yes"', /^skip_verify is not true or false$/],
  ["a header with a line end", '[header]\nx = "a\\r\\nb"', /^a header is not one/],
  ["a header's name with a line end", '[header]\n"x\\r\\ny" = "a"', /^a header is not one/],
  ["a header's name with a colon before it", '[header]\n":x" = "a"', /^a header is not one/],
  ["a header of numbers", "[header]\nx = [1]", /^a header is not a list of strings$/],
  ["a duration without a unit", 'dial_timeout = "5"', /^dial_timeout/],
  ["a host that is no table", 'host = "a"', /^host is not a table$/],
];

for (const [what, text, message] of UNUSABLE) {
  test(`${what} is refused, and nothing of it repeated that may be secret`, () => {
    assert.throws(
      () => read(text),
      (error) => {
        assert.ok(error instanceof HostsError);
        assert.match(error.message, message);
        assert.ok(!/^not valid.*secret/.test(error.message));
        return true;
      },
    );
  });
}

test("how long a connection may take is the usual where nothing is said", () => {
  for (const text of ["", 'dial_timeout = ""']) assert.equal(only(text).dialTimeoutMs, null);
  assert.equal(only('dial_timeout = "5s"').dialTimeoutMs, 5_000);
});

test("members that mean nothing are passed over", () => {
  assert.equal(read("something = 1\n[plugins]\nx = 2").length, 1);
});

const DURATIONS: readonly [string, number | null][] = [
  ["0", 0],
  ["5s", 5_000],
  ["1m30s", 90_000],
  ["1.5h", 5_400_000],
  ["+100ms", 100],
  ["250us", 0.25],
  [".5s", 500],
  ["5", null],
  ["-1s", null],
  ["s", null],
  ["", null],
  ["1s ", null],
  ["1+s", null],
  ["1d", null],
];

for (const [text, ms] of DURATIONS) {
  test(`"${text}" is ${ms === null ? "no duration" : `${ms} ms`}`, () =>
    assert.equal(parseGoDuration(text), ms));
}
