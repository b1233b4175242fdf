// Where signatures are looked for, and how many: none of one kind or place takes the room of another's.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Evidence, Judgement, Request } from "#component/types";
import { digestOf } from "../../../host/oci/digest.js";
import { OCI_INDEX, OCI_MANIFEST, SIMPLE_SIGNING } from "../../../host/oci/media-types.js";
import { type LegacySignature, sigManifest } from "../../support/sign.js";
import { BUNDLE, bundle, coreWith, IMAGE, imageNamed, OTHER_KEY, SIGNED, signature } from "./judging.js";

interface Found {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

/** What a place has: by kind for lists, by digest for the rest. */
interface Place {
  readonly tagged?: readonly Found[];
  readonly referrers?: readonly Found[];
  readonly content?: readonly Uint8Array[];
}

const core = coreWith([SIGNED]);

/** Judges IMAGE with these answers, as many to a question as there are. */
function judgeIn({ tagged = [], referrers = [], content = [] }: Place, by = core): Judgement {
  const byDigest = new Map([IMAGE.bytes, ...content].map((bytes) => [digestOf(bytes), bytes]));
  const answer = ({ kind, reference }: Request): Found[] => {
    if (kind === "cosign-tag") return [...tagged];
    if (kind === "referrers") return [...referrers];
    const bytes = byDigest.get(reference);
    return bytes === undefined ? [] : [{ bytes, mediaType: OCI_MANIFEST }];
  };
  const evidence: Evidence[] = [];
  for (let round = 0; round < 5; round++) {
    const outcome = by.judge(imageNamed(), evidence, 1_800_000_000n);
    if (outcome.tag === "decided") return outcome.val;
    for (const request of outcome.val) {
      const { kind, reference } = request;
      const found = answer(request);
      if (found.length === 0) evidence.push({ tag: "absent", val: { kind, reference } });
      for (const { bytes, mediaType } of found) {
        evidence.push({
          tag: "item",
          val: { kind, reference, mediaType, annotations: [], bytes, origin: "here" },
        });
      }
    }
  }
  throw new Error("the core does not decide");
}

function tagged(...signatures: readonly LegacySignature[]): Found {
  return { bytes: sigManifest(signatures).bytes, mediaType: OCI_MANIFEST };
}

function manifestOf(layer: Uint8Array, mediaType = BUNDLE, rest: object = {}): Buffer {
  const layers = [{ mediaType, digest: digestOf(layer), size: layer.length }];
  return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, layers, ...rest }));
}

function listOf(...manifests: readonly (readonly [bytes: Uint8Array, change?: object])[]): Found {
  const entries = manifests.map(([bytes, change = {}]) => ({
    mediaType: OCI_MANIFEST,
    digest: digestOf(bytes),
    size: bytes.length,
    ...change,
  }));
  const document = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: entries };
  return { bytes: Buffer.from(JSON.stringify(document)), mediaType: OCI_INDEX };
}

const good = signature();
const foreign = signature({ key: OTHER_KEY });
const goodBundle = bundle();
const foreignBundles = Array.from({ length: 200 }, (_, i) =>
  bundle({ key: OTHER_KEY, names: [`a.example/${i}`] }),
);

test("a bundle is found whatever artifactType its entry has, or its manifest", () => {
  const types = ["application/vnd.oci.empty.v1+json", BUNDLE, "application/spdx+json", ""];
  for (const artifactType of types) {
    const manifest = manifestOf(goodBundle, BUNDLE, { artifactType });
    const list = listOf([manifest, { artifactType }]);
    assert.equal(judgeIn({ referrers: [list], content: [manifest, goodBundle] }).code, "accepted");
  }
});

test("members that nobody needs may stand in a list, its entries, a manifest and its layer", () => {
  const annotations = { a: "b" };
  const layers = [{ mediaType: BUNDLE, digest: digestOf(goodBundle), size: goodBundle.length, annotations }];
  const manifest = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, layers, annotations }),
  );
  const list = JSON.parse(Buffer.from(listOf([manifest, { annotations, x: [0] }]).bytes).toString());
  const referrers = [{ bytes: Buffer.from(JSON.stringify({ annotations, ...list })), mediaType: OCI_INDEX }];
  assert.equal(judgeIn({ referrers, content: [manifest, goodBundle] }).code, "accepted");
});

test("signature-malformed: a bundle of another size than its manifest says", () => {
  for (const more of [-1, 1]) {
    const layers = [{ mediaType: BUNDLE, digest: digestOf(goodBundle), size: goodBundle.length + more }];
    const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, layers }));
    const judgement = judgeIn({ referrers: [listOf([manifest])], content: [manifest, goodBundle] });
    assert.equal(judgement.code, "signature-malformed");
    assert.match(judgement.reason, /size/);
  }
});

test("a bundle under a tag: the fallback tag itself, and a layer below cosign's", () => {
  const manifest = { bytes: manifestOf(goodBundle), mediaType: OCI_MANIFEST };
  assert.equal(judgeIn({ referrers: [manifest], content: [goodBundle] }).code, "accepted");
  assert.equal(judgeIn({ tagged: [manifest], content: [goodBundle] }).code, "accepted");
  const foreignOne = { bytes: manifestOf(foreignBundles[0] ?? good.payload), mediaType: OCI_MANIFEST };
  const content = [goodBundle, ...foreignBundles];
  assert.equal(judgeIn({ referrers: [foreignOne, manifest], content }).code, "accepted");
  assert.equal(judgeIn({ tagged: [foreignOne], content }).code, "signature-invalid");
});

test("of several places each counts: a foreign or broken one hides nothing", () => {
  const content = [good.payload, foreign.payload];
  for (const first of [tagged(foreign), { bytes: Buffer.from("x"), mediaType: "x" }]) {
    assert.equal(judgeIn({ tagged: [first, tagged(good)], content }).code, "accepted");
  }
});

test("many foreign bundles leave room for signatures, and many foreign signatures for bundles", () => {
  const manifests = foreignBundles.map((bytes) => manifestOf(bytes));
  const referrers = [listOf(...manifests.map((bytes) => [bytes] as const))];
  const content = [...manifests, ...foreignBundles, good.payload, foreign.payload];
  assert.equal(judgeIn({ tagged: [tagged(good)], referrers, content }).code, "accepted");
  const two = judgeIn({ tagged: [tagged(foreign, foreign)], content });
  assert.match(two.reason, /^none of 2 signatures is accepted: /);
  const denied = judgeIn({ tagged: [tagged(foreign)], referrers, content });
  assert.equal(denied.code, "signature-invalid");
  assert.match(denied.reason, /none of 129 signatures is accepted \(72 more not looked at\)/);

  const manifest = manifestOf(goodBundle);
  const crowd = tagged(...Array.from({ length: 200 }, () => foreign));
  const both = {
    tagged: [crowd],
    referrers: [listOf([manifest])],
    content: [manifest, goodBundle, foreign.payload],
  };
  assert.equal(judgeIn(both).code, "accepted");
});

test("an acceptance waits for the manifest and a good signature, a denial for everything", () => {
  const all = (signed: LegacySignature): Evidence[] => {
    const found = (kind: Request["kind"], reference: string, bytes: Uint8Array): Evidence => ({
      tag: "item",
      val: { kind, reference, mediaType: OCI_MANIFEST, annotations: [], bytes, origin: "here" },
    });
    return [
      found("manifest", IMAGE.digest, IMAGE.bytes),
      found("cosign-tag", `${IMAGE.digest.replace(":", "-")}.sig`, sigManifest([signed]).bytes),
      found("blob", digestOf(signed.payload), signed.payload),
      { tag: "absent", val: { kind: "referrers", reference: IMAGE.digest } },
    ];
  };
  /** What is decided, or still wanted, where this kind of evidence is not there yet. */
  const without = (kind: Request["kind"], signed: LegacySignature): string => {
    const outcome = core.judge(
      imageNamed(),
      all(signed).filter(({ val }) => val.kind !== kind),
      1_800_000_000n,
    );
    return outcome.tag === "decided" ? outcome.val.code : outcome.val.map((request) => request.kind).join();
  };
  assert.equal(without("referrers", good), "accepted");
  assert.equal(without("referrers", foreign), "referrers");
  for (const kind of ["manifest", "cosign-tag", "blob"] as const) assert.equal(without(kind, good), kind);
  // Nor for the manifest of something else.
  const { bytes, mediaType } = listOf([manifestOf(goodBundle)]);
  const listed: Evidence = {
    tag: "item",
    val: { kind: "referrers", reference: IMAGE.digest, mediaType, annotations: [], bytes, origin: "here" },
  };
  const evidence = [...all(good).slice(0, 3), listed];
  const outcome = core.judge(imageNamed(), evidence, 1_800_000_000n);
  assert.equal(outcome.tag === "decided" && outcome.val.code, "accepted");
});

test("beyond the limit nothing is looked at, in how many parts ever it comes", () => {
  const parts = Array.from({ length: 130 }, () => tagged(foreign));
  const content = [good.payload, foreign.payload];
  const denied = judgeIn({ tagged: [...parts, tagged(good)], content });
  assert.match(denied.reason, /none of 128 signatures is accepted \(3 more not looked at\)/);
  const manifests = foreignBundles
    .slice(0, 130)
    .map((bytes) => ({ bytes: manifestOf(bytes), mediaType: OCI_MANIFEST }));
  const last = { bytes: manifestOf(goodBundle), mediaType: OCI_MANIFEST };
  const many = judgeIn({ referrers: [...manifests, last], content: [...foreignBundles, goodBundle] });
  assert.match(many.reason, /none of 128 signatures is accepted \(3 more not looked at\)/);
});

test("evidence-unsupported-for-requirement: a bundle where an entry in a log is asked for", () => {
  const rekorPublicKeyData = Buffer.from(OTHER_KEY.publicPem).toString("base64");
  const logged = coreWith([{ ...SIGNED, rekorPublicKeyData }]);
  const manifest = manifestOf(goodBundle);
  const judgement = judgeIn({ referrers: [listOf([manifest])], content: [manifest, goodBundle] }, logged);
  assert.equal(judgement.code, "evidence-unsupported-for-requirement", judgement.reason);
});

test("what is no bundle by its layer is none, and no fault", () => {
  const text = Buffer.from("{}");
  for (const layerType of ["application/spdx+json", "application/vnd.dev.cosign.simplesigning.v1+json"]) {
    const manifest = manifestOf(text, layerType);
    const judgement = judgeIn({ referrers: [listOf([manifest])], content: [manifest, text] });
    assert.equal(judgement.code, "no-signature");
    assert.match(judgement.reason, /1 item of another kind/);
  }
  assert.equal(SIMPLE_SIGNING, "application/vnd.dev.cosign.simplesigning.v1+json");
});
