import assert from "node:assert/strict";
import { test } from "node:test";
import { endpointOf } from "../../../host/registry/endpoint.js";
import { RegistryError } from "../../../host/registry/error.js";
import { judgeRealm } from "../../../host/registry/realm.js";

const options = { tokenRealms: ["auth.corp.test", "auth.corp.test:8443"], plainHttp: ["insecure.test"] };
const judge = (registry: string, realm: string) =>
  judgeRealm(endpointOf(registry, options.plainHttp), new Map([["realm", realm]]), options);

const trusted: [string, string][] = [
  ["ghcr.io", "https://ghcr.io/token"],
  ["docker.io", "https://auth.docker.io/token"],
  ["registry.gitlab.com", "https://gitlab.com/jwt/auth"],
  ["registry.corp.test", "https://auth.corp.test/token"],
  ["registry.corp.test", "https://AUTH.corp.test:8443/token"],
  ["127.0.0.1:5000", "http://127.0.0.1:5000/token"],
  ["insecure.test", "http://insecure.test/token"],
];
for (const [registry, realm] of trusted) {
  test(`${realm} gets credentials for ${registry}`, () => assert.equal(judge(registry, realm).trusted, true));
}

const untrusted: [string, string][] = [
  ["ghcr.io", "https://evil.test/token"],
  ["ghcr.io", "https://auth.docker.io/token"],
  ["ghcr.io", "https://ghcr.io.evil.test/token"],
  ["ghcr.io", "https://ghcr.io:8443/token"],
  ["registry.corp.test", "https://auth.corp.test:9443/token"],
  ["127.0.0.1:5000", "http://127.0.0.1:5001/token"],
  ["127.0.0.1:5000", "https://evil.test/token"],
];
for (const [registry, realm] of untrusted) {
  test(`${realm} is asked without credentials for ${registry}`, () => {
    assert.equal(judge(registry, realm).trusted, false);
  });
}

const refused: [string, string][] = [
  ["ghcr.io", "http://ghcr.io/token"],
  ["ghcr.io", "http://auth.corp.test/token"],
  ["ghcr.io", "http://127.0.0.1:5000/token"],
  ["ghcr.io", "http://insecure.test/token"],
  ["localhost:443", "http://localhost:5000/token"],
  ["127.0.0.1:5000", "http://127.0.0.2:5000/token"],
  ["127.0.0.1:5000", "http://insecure.test/token"],
  ["insecure.test", "http://127.0.0.1/token"],
  ["ghcr.io", "https://user@ghcr.io/token"],
  ["ghcr.io", "https://:pw@ghcr.io/token"],
  ["ghcr.io", "file:///etc/passwd"],
  ["ghcr.io", "/token"],
  ["ghcr.io", ""],
];
for (const [registry, realm] of refused) {
  test(`the realm "${realm}" of ${registry} is refused`, () => {
    assert.throws(
      () => judge(registry, realm),
      (error) => error instanceof RegistryError && error.code === "registry-protocol",
    );
  });
}
