import assert from "node:assert/strict";
import { test } from "node:test";
import { OCI_MANIFEST } from "../../../host/oci/media-types.js";
import { makeImage } from "../../support/image.js";
import type { Fault } from "../../support/registry/fault.js";
import { clientFor, failureOf, registryFor, stoppedClock, want } from "./setup.js";

const image = makeImage();
const manifest: Fault = { headers: { "content-type": OCI_MANIFEST }, body: image.bytes };
const reference = image.digest;

const passing: [string, Fault, number[]][] = [
  ["429", { status: 429 }, [100, 200]],
  ["500", { status: 500 }, [100, 200]],
  ["502", { status: 502 }, [100, 200]],
  ["503", { status: 503 }, [100, 200]],
  ["504", { status: 504 }, [100, 200]],
  ["429 with Retry-After in seconds", { status: 429, headers: { "retry-after": "1" } }, [1000, 1000]],
  ["429 with Retry-After 0", { status: 429, headers: { "retry-after": "0" } }, [0, 0]],
  ["503 with Retry-After that is nonsense", { status: 503, headers: { "retry-after": "soon" } }, [100, 200]],
  ["a reset", { manner: "reset" }, [100, 200]],
  ["a reset in the body", { ...manifest, manner: "reset-in-body" }, [100, 200]],
];
for (const [name, fault, pauses] of passing) {
  test(`${name} twice is got over`, async (t) => {
    let faults = 0;
    const registry = await registryFor(t, { onRequest: () => (faults++ < 2 ? fault : manifest) });
    const clock = stoppedClock();
    const fetched = await clientFor(t, { clock }).manifest(
      { registry: registry.host, repository: "a", reference },
      want(),
    );
    assert.equal(fetched?.digest, image.digest);
    assert.deepEqual(clock.pauses, pauses);
  });

  test(`${name} three times is enough`, async (t) => {
    const registry = await registryFor(t, { onRequest: () => fault });
    await failureOf(clientFor(t).manifest({ registry: registry.host, repository: "a", reference }, want()));
    assert.equal(registry.requests.length, 3);
  });
}

test("Retry-After as a date is waited for", async (t) => {
  const clock = stoppedClock();
  const until = new Date(clock.now() + 2_000).toUTCString();
  let asked = 0;
  const registry = await registryFor(t, {
    onRequest: () => (asked++ === 0 ? { status: 503, headers: { "retry-after": until } } : manifest),
  });
  await clientFor(t, { clock }).manifest({ registry: registry.host, repository: "a", reference }, want());
  assert.deepEqual(clock.pauses, [2_000]);
});

test("a registry that wants to be left alone is, and says for how long", async (t) => {
  const registry = await registryFor(t, {
    onRequest: () => ({ status: 429, headers: { "retry-after": "60" } }),
  });
  const failure = await failureOf(
    clientFor(t).manifest({ registry: registry.host, repository: "a", reference }, want()),
  );
  assert.equal(failure.code, "registry-rate-limited");
  assert.equal(failure.retryAfterMs, 60_000);
  assert.equal(registry.requests.length, 1);
});

test("a deadline during a pause reports what led to the pause", async (t) => {
  const registry = await registryFor(t, { onRequest: () => ({ status: 429 }) });
  const clock = { now: Date.now, wait: () => Promise.reject(new Error("the deadline has passed")) };
  const failure = await failureOf(
    clientFor(t, { clock }).manifest({ registry: registry.host, repository: "a", reference }, want()),
  );
  assert.equal(failure.code, "registry-rate-limited");
});

for (const fault of [{ status: 501 }, { status: 403 }, { status: 404 }, { ...manifest, body: "{}" }]) {
  test(`an answer that will not change is not asked for again: ${fault.status ?? "wrong bytes"}`, async (t) => {
    const registry = await registryFor(t, { onRequest: () => fault });
    await clientFor(t)
      .manifest({ registry: registry.host, repository: "a", reference }, want())
      .catch(() => null);
    assert.equal(registry.requests.length, 1);
  });
}
