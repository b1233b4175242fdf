import assert from "node:assert/strict";
import { test } from "node:test";

import type { Evidence, Request } from "#component/types";
import { collectEvidence } from "../../../host/service/collect.js";
import { Deadline } from "../../../host/service/deadline.js";
import { request } from "./core-double.js";
import { itemFor, SourceDouble } from "./source-double.js";

test("evidence-too-large: what came in spite of its bound is not passed on", async () => {
  const source = new SourceDouble((request) => itemFor(request, { bytes: new Uint8Array(11) }));
  const [evidence] = await collect(source, [{ ...request("blob", "sha256:1"), maxBytes: 10 }]);
  assert.equal(codeOf(evidence), "evidence-too-large");
});

test("evidence-too-large: when the budget is spent, the rest is not asked for and the first stays", async () => {
  const source = new SourceDouble((request) => itemFor(request, { bytes: new Uint8Array(100) }));
  const requests = [1, 2, 3].map((i) => ({ ...request("blob", `sha256:${i}`), maxBytes: 100 }));
  const evidence = await collect(source, requests, { bytes: 200, parallel: 16 });
  assert.deepEqual(evidence.map(codeOf), ["item", "item", "evidence-too-large"]);
  assert.equal(source.asked.length, 2);
});

test("the last request is allowed what is left of the budget", async () => {
  const source = new SourceDouble((request) => itemFor(request, { bytes: new Uint8Array(60) }));
  const requests = [1, 2].map((i) => ({ ...request("blob", `sha256:${i}`), maxBytes: 100 }));
  await collect(source, requests, { bytes: 150, parallel: 16 });
  assert.deepEqual(
    source.asked.map(({ maxBytes }) => maxBytes),
    [100, 90],
  );
});

test("a small answer gives back what its bound had reserved", async () => {
  const source = new SourceDouble((request) => itemFor(request, { bytes: new Uint8Array(1) }));
  const requests = Array.from({ length: 10 }, (_, i) => ({
    ...request("blob", `sha256:${i}`),
    maxBytes: 100,
  }));
  const evidence = await collect(source, requests, { bytes: 150, parallel: 16 });
  assert.deepEqual(evidence.map(codeOf), Array(10).fill("item"));
});

test("registry-timeout: after the deadline nothing is asked for", async () => {
  const caller = new AbortController();
  caller.abort();
  const source = new SourceDouble();
  const requests = [request("blob", "sha256:1")];
  const late = new Deadline(60_000, caller.signal);
  const [evidence] = await collectEvidence(source, requests, { bytes: 1e6, parallel: 3 }, late);
  late.dispose();
  assert.equal(codeOf(evidence), "registry-timeout");
  assert.equal(source.asked.length, 0);
});

test("no more requests are under way than may be", async () => {
  let underWay = 0;
  let most = 0;
  const source = new SourceDouble(async (request) => {
    most = Math.max(most, ++underWay);
    await Promise.resolve();
    underWay -= 1;
    return itemFor(request);
  });
  const requests = Array.from({ length: 7 }, (_, i) => request("blob", `sha256:${i}`));
  await collect(source, requests, { bytes: 1e6, parallel: 3 });
  assert.equal(most, 3);
});

const ILL_FORMED: [what: string, item: Parameters<typeof itemFor>[1]][] = [
  ["media type", { mediaType: "text/\ud800" }],
  ["origin", { origin: "\udfff" }],
  ["annotation", { annotations: [["key", "\ud800"]] }],
  ["name of an annotation", { annotations: [["\ud800", "value"]] }],
  ["body that is text", { bytes: "body" as unknown as Uint8Array }],
];
for (const [what, item] of ILL_FORMED) {
  test(`registry-protocol: evidence with an ill-formed ${what} is refused, the rest is not`, async () => {
    const source = new SourceDouble((request) =>
      itemFor(request, request.reference === "sha256:1" ? item : {}),
    );
    const evidence = await collect(source, [request("blob", "sha256:1"), request("blob", "sha256:2")]);
    assert.deepEqual(evidence.map(codeOf), ["registry-protocol", "item"]);
  });
}

async function collect(
  source: SourceDouble,
  requests: Request[],
  budget = { bytes: 1e6, parallel: 16 },
): Promise<Evidence[]> {
  const deadline = new Deadline(60_000);
  try {
    return await collectEvidence(source, requests, budget, deadline);
  } finally {
    deadline.dispose();
  }
}

function codeOf(evidence: Evidence | undefined): string | undefined {
  return evidence?.tag === "unavailable" ? evidence.val.code : evidence?.tag;
}
