import assert from "node:assert/strict";
import { test } from "node:test";
import { RegistryClient } from "../../../host/registry/client.js";
import { anonymous } from "../../../host/registry/credentials/source.js";
import { endpointOf } from "../../../host/registry/endpoint.js";
import { RegistryError } from "../../../host/registry/error.js";

const plainHttp = ["insecure.test", "half.test:5000", "10.0.0.7"];

const asked: [string, string][] = [
  ["docker.io", "https://registry-1.docker.io"],
  ["ghcr.io", "https://ghcr.io"],
  ["ghcr.io:443", "https://ghcr.io"],
  ["registry.test:5000", "https://registry.test:5000"],
  ["10.0.0.8:5000", "https://10.0.0.8:5000"],
  ["127.0.0.1:5000", "http://127.0.0.1:5000"],
  ["127.9.9.9:80", "http://127.9.9.9"],
  ["[::1]:5000", "http://[::1]:5000"],
  ["localhost:5000", "http://localhost:5000"],
  ["localhost", "https://localhost"],
  ["localhost:443", "https://localhost"],
  ["localhost.test:5000", "https://localhost.test:5000"],
  ["127.0.0.1.nip.test:5000", "https://127.0.0.1.nip.test:5000"],
  ["insecure.test", "http://insecure.test"],
  ["insecure.test:5000", "http://insecure.test:5000"],
  ["INSECURE.test:5000", "http://insecure.test:5000"],
  ["half.test:5000", "http://half.test:5000"],
  ["half.test", "https://half.test"],
  ["half.test:5001", "https://half.test:5001"],
  ["10.0.0.7:5000", "http://10.0.0.7:5000"],
  ["sub.insecure.test", "https://sub.insecure.test"],
];
for (const [registry, origin] of asked) {
  test(`${registry} is asked at ${origin}`, () =>
    assert.equal(endpointOf(registry, plainHttp).url.origin, origin));
}

for (const registry of [
  "0x7f.0.0.1:5000",
  "2130706433",
  "127.1:5000",
  "[0:0:0:0:0:0:0:1]:5000",
  "ghcr.io:99999",
]) {
  test(`${registry}, which a URL reads differently, is not asked`, () => {
    assert.throws(() => endpointOf(registry, plainHttp), RegistryError);
  });
}

for (const registry of [
  "",
  "a/b",
  "user@host",
  "host:",
  "host:http",
  "a..b",
  "-a",
  "a?b",
  "a b",
  "a\n",
  "[::1",
]) {
  test(`"${registry}" is no registry`, () => assert.throws(() => endpointOf(registry, plainHttp), TypeError));
}

test("what is listed as host[:port] must be one", () => {
  assert.throws(
    () => new RegistryClient({ plainHttp: ["http://x"], credentials: anonymous }),
    /not a host or host:port/,
  );
});
