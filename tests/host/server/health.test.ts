import assert from "node:assert/strict";
import { once } from "node:events";
import { type TestContext, test } from "node:test";

import { type ClientReadableStream, credentials, status } from "@grpc/grpc-js";
import type { Daemon } from "../../../host/server/daemon.js";
import {
  type HealthCheckResponse,
  HealthClient,
  type HealthServer,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from "../../../host/server/generated/grpc/health/v1/health.js";
import { Health } from "../../../host/server/health.js";
import type { PolicyState } from "../../../host/service/policy-file.js";
import { loaded } from "../service/core-double.js";
import { daemonUnderTest } from "./daemon-under-test.js";

const NO_POLICY = { kind: "none", code: "no-policy", reason: "no policy" } as const;

for (const service of ["", "countersign.v1.VerifierService"]) {
  test(`serving with a policy, not serving without one: "${service}"`, async (t) => {
    const withPolicy = healthClient(t, (await daemonUnderTest(t)).daemon);
    assert.equal(await check(withPolicy, service), ServingStatus.SERVING);
    const without = healthClient(t, (await daemonUnderTest(t, { state: NO_POLICY })).daemon);
    assert.equal(await check(without, service), ServingStatus.NOT_SERVING);
  });
}

test("a service there is not is not found by Check, and unknown to Watch", async (t) => {
  const client = healthClient(t, (await daemonUnderTest(t)).daemon);
  await assert.rejects(check(client, "other.Service"), { code: status.NOT_FOUND });
  const watch = client.watch({ service: "other.Service" });
  assert.equal(await nextStatus(watch), ServingStatus.SERVICE_UNKNOWN);
  watch.on("error", () => {});
  watch.cancel();
});

test("Watch says at once how things stand, and that service ends when the daemon drains", async (t) => {
  const { daemon } = await daemonUnderTest(t);
  const watch = healthClient(t, daemon).watch({ service: "" });
  assert.equal(await nextStatus(watch), ServingStatus.SERVING);
  const last = nextStatus(watch);
  const ended = once(watch, "end");
  await daemon.drain(60_000);
  assert.equal(await last, ServingStatus.NOT_SERVING);
  await ended;
});

test("Watch tells of a policy that comes and goes", async (t) => {
  let changed = () => {};
  const policy = {
    state: loaded() as PolicyState,
    failure: null,
    onChange: (listener: () => void) => {
      changed = listener;
    },
  };
  const { daemon } = await daemonUnderTest(t, { options: { policy } });
  const watch = healthClient(t, daemon).watch({ service: "" });
  assert.equal(await nextStatus(watch), ServingStatus.SERVING);
  const next = nextStatus(watch);
  policy.state = NO_POLICY;
  changed();
  assert.equal(await next, ServingStatus.NOT_SERVING);
});

test("a watch that comes while the daemon drains is told so, and does not hold it up", () => {
  const health = new Health(() => loaded());
  health.drain();
  const written: unknown[] = [];
  let ended = false;
  const call = {
    request: { service: "" },
    write: (response: unknown) => written.push(response),
    end: () => {
      ended = true;
    },
    once: () => assert.fail("it is watched on"),
  };
  health.service().watch(call as unknown as Parameters<HealthServer["watch"]>[0]);
  assert.deepEqual(written, [{ status: ServingStatus.NOT_SERVING }]);
  assert.equal(ended, true);
});

function healthClient(t: TestContext, { socket }: Daemon): HealthClient {
  const client = new HealthClient(`unix:${socket}`, credentials.createInsecure());
  t.after(() => client.close());
  return client;
}

function check(client: HealthClient, service: string): Promise<ServingStatus> {
  return new Promise((resolve, reject) => {
    client.check({ service }, (error, response) => (error ? reject(error) : resolve(response.status)));
  });
}

async function nextStatus(watch: ClientReadableStream<HealthCheckResponse>): Promise<ServingStatus> {
  const [response] = await once(watch, "data");
  return (response as HealthCheckResponse).status;
}
