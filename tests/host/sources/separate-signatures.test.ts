import assert from "node:assert/strict";
import { test } from "node:test";

import type { Evidence, Request } from "#component/types";
import { digestOf } from "../../../host/oci/digest.js";
import { SeparateSignatures } from "../../../host/sources/separate-signatures.js";
import type { EvidencePlace } from "../../../host/sources/source.js";
import { itemFor, SourceDouble } from "../service/source-double.js";

const DIGEST = digestOf(Buffer.from("a manifest"));
const SIGNATURES = { registry: "sigs.example", repository: "team/signatures" };
const signal = new AbortController().signal;

for (const kind of ["cosign-tag", "referrers", "blob"] as const) {
  test(`what is about signatures is asked for where they are, and nowhere else: ${kind}`, async () => {
    const { source, places } = separate(() => true);
    await source.fetch(requestFor(kind, DIGEST), signal);
    assert.deepEqual(places(), ["sigs.example/team/signatures"]);
  });
}

test("a manifest by tag is the image's, whatever there is where its signatures are", async () => {
  const { source, places } = separate(() => false);
  const [evidence] = await source.fetch(requestFor("manifest", "1"), signal);
  assert.equal(evidence?.tag, "absent");
  assert.deepEqual(places(), ["ghcr.io/automata/app"]);
});

test("a manifest by digest is asked for where the signatures are if the image's place has none", async () => {
  const there = separate(() => true);
  const [found] = await there.source.fetch(requestFor("manifest", DIGEST), signal);
  assert.equal(originOf(found), "ghcr.io/automata/app");
  assert.deepEqual(there.places(), ["ghcr.io/automata/app"]);

  const elsewhere = separate(({ registry }) => registry === SIGNATURES.registry);
  const [carrier] = await elsewhere.source.fetch(requestFor("manifest", DIGEST), signal);
  assert.equal(originOf(carrier), "sigs.example/team/signatures");
});

test("a manifest by digest that is in neither place is what the image's place says of it", async () => {
  const source = new SeparateSignatures(
    new SourceDouble((request) => unavailable(request, `${request.registry} is down`)),
    SIGNATURES,
  );
  const [evidence] = await source.fetch(requestFor("manifest", DIGEST), signal);
  assert.equal(evidence?.tag === "unavailable" && evidence.val.detail, "ghcr.io is down");
});

test("places beyond the first look for signatures where they are, too", async () => {
  const far = new SourceDouble();
  const near: EvidencePlace = { fetch: async () => [], beyond: () => far };
  const source = new SeparateSignatures(
    { begin: () => near, fetch: near.fetch, close: async () => {} },
    SIGNATURES,
  );
  const next = source.begin().beyond?.();
  await next?.fetch(requestFor("cosign-tag", "sha256-ab.sig"), signal);
  assert.deepEqual(far.asked.map(placeOf), ["sigs.example/team/signatures"]);
  assert.equal(next?.beyond?.(), null);
});

/** A source with an answer wherever `has` says so. */
function separate(has: (request: Request) => boolean) {
  const inner = new SourceDouble((request) =>
    has(request)
      ? itemFor(request, { origin: placeOf(request) })
      : { tag: "absent", val: { kind: request.kind, reference: request.reference } },
  );
  return { source: new SeparateSignatures(inner, SIGNATURES), places: () => inner.asked.map(placeOf) };
}

function unavailable({ kind, reference }: Request, detail: string): Evidence {
  return { tag: "unavailable", val: { kind, reference, code: "registry-unavailable", detail } };
}

function originOf(evidence: Evidence | undefined): string | undefined {
  return evidence?.tag === "item" ? evidence.val.origin : undefined;
}

function placeOf({ registry, repository }: Request): string {
  return `${registry}/${repository}`;
}

function requestFor(kind: Request["kind"], reference: string): Request {
  return {
    kind,
    registry: "ghcr.io",
    repository: "automata/app",
    reference,
    mediaTypes: [],
    maxBytes: 1_000,
  };
}
