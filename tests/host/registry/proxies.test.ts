// What Go's httpproxy does with the same environment; tests/e2e/proxies.test.ts has a Go program do it.
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { Proxies } from "../../../host/registry/proxies.js";
import { DECISIONS, ENVIRONMENTS } from "../../e2e/proxies/cases.js";

describe("whether a host is asked through the proxy", () => {
  for (const { noProxy, host, isProxied } of DECISIONS) {
    test(`NO_PROXY=${JSON.stringify(noProxy)}: ${host} ${isProxied ? "is" : "is not"}`, () => {
      const proxies = new Proxies({ HTTPS_PROXY: "http://proxy.test:3128", NO_PROXY: noProxy });
      assert.equal(proxies.proxyFor(new URL(`https://${host}/v2/`)) !== null, isProxied);
    });
  }
});

describe("which proxy it is", () => {
  for (const { title, environment, expected } of ENVIRONMENTS) {
    test(title, () => {
      const proxies = new Proxies(environment("proxy.test:3128"));
      const found = proxies.proxyFor(new URL("https://registry.test:5443/"));
      const authorization = expected === null ? undefined : expected.authorization;
      assert.deepEqual(
        found && { url: found.url.href, authorization: found.authorization },
        expected && { url: "http://proxy.test:3128/", authorization },
      );
    });
  }

  test("https and http have their own", () => {
    const proxies = new Proxies({ HTTPS_PROXY: "https://a.test", http_proxy: "b.test:80" });
    assert.equal(proxies.proxyFor(new URL("https://r.test"))?.url.href, "https://a.test/");
    assert.equal(proxies.proxyFor(new URL("http://r.test"))?.url.href, "http://b.test/");
  });

  test("what names no proxy is named, and not repeated", () => {
    const { unusable } = new Proxies({ HTTPS_PROXY: "user:secret@ho st", HTTP_PROXY: "" });
    assert.deepEqual(unusable, ["HTTPS_PROXY"]);
  });
});
