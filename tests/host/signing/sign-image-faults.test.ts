// What becomes of a push that goes wrong: nothing that is not in order, and the next run completes it.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";

import { PATIENT_RETRY } from "../../../host/registry/retry.js";
import { makeImage, pushImage } from "../../support/image.js";
import type { Fault } from "../../support/registry/fault.js";
import type { SeenRequest, TestRegistryOptions } from "../../support/registry/registry.js";
import { readerFor, writerFor } from "../registry/push-setup.js";
import { credentialsFor, failureOf, registryFor, SECRETS } from "../registry/setup.js";
import { assertInOrder, assertSigned, sign } from "./job.js";

const image = makeImage();
const user = { username: SECRETS.username, password: SECRETS.password };
const credentials = (host: string) => ({ credentials: credentialsFor(host, user) });

const WITH_API: TestRegistryOptions = { referrers: true, authentication: { kind: "bearer", user } };
const WITHOUT_API: TestRegistryOptions = { authentication: { kind: "basic", ...user } };
const REGISTRIES: readonly [string, TestRegistryOptions][] = [
  ["a registry with referrers API and tokens", WITH_API],
  ["a registry without referrers API, with passwords", WITHOUT_API],
];
const cut: Fault = { manner: "reset" };

for (const [where, registry] of REGISTRIES) {
  test(`a cut in any one request to ${where} is got over`, async (t) => {
    const requests = await signWith(t, registry, () => undefined);
    assert.ok(requests >= 25);
    for (let k = 0; k < requests; k++) {
      let seen = 0;
      await signWith(t, registry, () => (seen++ === k ? cut : undefined));
    }
  });
}

const passing: readonly [string, Fault][] = [
  ["500", { status: 500 }],
  ["429 with Retry-After", { status: 429, headers: { "retry-after": "7" } }],
];
for (const [where, registry] of REGISTRIES) {
  for (const [name, fault] of passing) {
    test(`${name} to every request to ${where}, each once, is got over`, async (t) => {
      const seen = new Set<string>();
      await signWith(t, registry, ({ method, path }) => {
        const request = `${method} ${path.replace(/uploads\/.*$/, "uploads")}`;
        if (seen.has(request)) return undefined;
        seen.add(request);
        return fault;
      });
      assert.ok(seen.size >= 15);
    });
  }
}

const wrong = { "docker-content-digest": `sha256:${"0".repeat(64)}` };
/** With every how manieth write they begin: which of them does not matter much to those that are alike. */
const lasting: readonly [string, Fault, TestRegistryOptions, number][] = [
  ["a cut", cut, WITHOUT_API, 1],
  ["a wrong digest", { status: 201, headers: wrong }, WITH_API, 1],
  ["503", { status: 503 }, WITH_API, 4],
  ["403", { status: 403 }, WITHOUT_API, 4],
  ["429 for an hour", { status: 429, headers: { "retry-after": "3600" } }, WITH_API, 4],
];
for (const [name, fault, options, step] of lasting) {
  test(`${name} in every write from some time on leaves nothing out of order, and the next run completes`, async (t) => {
    let writes = 0;
    for (let k = 0, isDone = false; !isDone; k += step) {
      writes = 0;
      let isFaulty = true;
      const onRequest = ({ method }: SeenRequest) =>
        isFaulty && (method === "PUT" || method === "POST") && writes++ >= k ? fault : undefined;
      const { run, target, close } = await stage(t, options, onRequest);
      isDone = await run().then(
        () => true,
        () => false,
      );
      assert.equal(isDone, writes <= k);
      assertInOrder(target, "b");
      if (!isDone) assert.equal(target.repository("b").tags.get("v2"), undefined);
      isFaulty = false;
      await run();
      assertSigned(target, "b", image, "v2");
      await close();
    }
    assert.ok(writes >= 12);
  });
}

test("whoever may only pull from the target pushes nothing", async (t) => {
  const authentication = { kind: "bearer", user, grants: "pull" } as const;
  const { run, target } = await stage(t, { authentication });
  const failure = await failureOf(run());
  assert.equal(failure.code, "registry-unauthorized");
  assert.match(failure.detail, /^no right to push to /);
  assert.equal(target.repository("b").manifests.size, 0);
});

/** Signs with those faults at the target, and checks the outcome; how many requests the target saw. */
async function signWith(
  t: TestContext,
  options: TestRegistryOptions,
  onRequest: (request: SeenRequest) => Fault | undefined,
): Promise<number> {
  const { run, target, close } = await stage(t, options, onRequest);
  await run();
  assertSigned(target, "b", image, "v2");
  const { length } = target.requests;
  await close();
  return length;
}

/** An image in one registry, to be signed in another. */
async function stage(
  t: TestContext,
  options: TestRegistryOptions,
  onRequest?: TestRegistryOptions["onRequest"],
) {
  const source = await registryFor(t);
  const target = await registryFor(t, { ...options, ...(onRequest === undefined ? {} : { onRequest }) });
  pushImage(source, "a", image, "v1");
  const writing = { retry: PATIENT_RETRY, ...credentials(target.host) };
  const run = () =>
    sign(readerFor(t, source, "a"), "v1", writerFor(t, target, "b", writing), {
      repository: `${target.host}/b`,
      tag: "v2",
    });
  return { run, target, close: () => Promise.all([source.close(), target.close()]) };
}
