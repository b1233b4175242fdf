import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";

import type { Evidence, Image } from "#component/types";
import type { Measurement } from "../../../host/service/measurement.js";
import { MeasurementFailed } from "../../../host/service/measurement.js";
import type { LoadedCore } from "../../../host/service/policy-file.js";
import { Verifier } from "../../../host/service/verifier.js";
import { T0 } from "../../support/x509.js";
import { pkiCore, pkiLeaf, signedBy } from "../judge/certified.js";
import {
  answer,
  coreWith,
  KEY,
  KEY_PATH,
  SIGNED,
  signature,
  imageNamed as signedImage,
} from "../judge/judging.js";
import { AuditDouble, LogDouble } from "./audit-double.js";
import { coreDouble, decided, imageNamed, loaded } from "./core-double.js";
import { itemFor, SourceDouble } from "./source-double.js";

const AGES = { acceptedMs: 300_000, deniedMs: 5_000 };

test("an acceptance is given again without asking, as it was, and its record says so", async () => {
  const { verifier, source, audit } = setUp({});
  const first = await verifier.verify(imageNamed());
  const asked = source.asked.length;
  const second = await verifier.verify(imageNamed());
  assert.equal(source.asked.length, asked);
  const { durations: _, cached: isFirstCached, ...judgement } = first;
  const { durations, cached, ...again } = second;
  assert.deepEqual(again, judgement);
  assert.deepEqual([isFirstCached, cached], [false, true]);
  assert.equal(durations.fetchMs, 0);
  assert.deepEqual(
    audit.records.map(({ ok, cached }) => [ok, cached]),
    [
      [true, false],
      [true, true],
    ],
  );
});

test("an acceptance is asked for anew after its age, a denial after seconds", async (t) => {
  let isAccepted = true;
  const core = coreDouble({
    judge: () => (isAccepted ? decided() : decided({ ok: false, code: "no-signature" })),
  });
  const { verifier, source, pass } = setUp({ t, core });
  const asks = async (after: number) => {
    pass(after);
    const before = source.asked.length;
    await verifier.verify(imageNamed());
    return source.asked.length > before;
  };
  assert.equal(await asks(0), true);
  assert.equal(await asks(299_000), false);
  isAccepted = false;
  assert.equal(await asks(1_001), true);
  assert.equal(await asks(4_900), false);
  assert.equal(await asks(101), true);
});

test("an age of 0 keeps nothing; the command line keeps nothing either", async () => {
  for (const cache of [{ acceptedMs: 0, deniedMs: 0 }, undefined]) {
    const { verifier, source } = setUp({ cache });
    await verifier.verify(imageNamed());
    await verifier.verify(imageNamed());
    assert.equal(source.asked.length, 4);
  }
});

const OTHERS: [what: string, image: Partial<Image>][] = [
  ["another name", { name: "ghcr.io/automata/app:2" }],
  ["another digest", { digest: `sha256:${"d".repeat(64)}` }],
  ["another descriptor", { descriptor: Buffer.from("{}") }],
  ["another mode", { mode: "user" }],
  ["another transport", { transport: "oci" }],
];
for (const [what, change] of OTHERS) {
  test(`${what} is another question`, async () => {
    const { verifier, source } = setUp({});
    await verifier.verify(imageNamed());
    await verifier.verify({ ...imageNamed(), ...change });
    assert.equal(source.asked.length, 4);
  });
}

test("what could not be asked is asked again: a denial after it is not kept", async () => {
  for (const kind of ["manifest", "cosign-tag"] as const) {
    const source = new SourceDouble((request) =>
      request.kind === kind
        ? { tag: "unavailable", val: { ...request, code: "registry-unavailable", detail: "503" } }
        : itemFor(request),
    );
    const core = coreDouble({ judge: () => decided({ ok: false, code: "registry-unavailable" }) });
    const { verifier } = setUp({ core, source });
    for (const _ of [1, 2]) assert.equal((await verifier.verify(imageNamed())).cached, false);
    assert.equal(source.asked.length, 4);
  }
});

test("the host's own denials are not kept: a policy that comes into force is judged by at once", async () => {
  let state: ReturnType<typeof loaded> = { kind: "none", code: "no-policy", reason: "no policy" };
  const verifier = new Verifier({
    policy: () => state,
    source: new SourceDouble(),
    audit: new AuditDouble(),
    cache: AGES,
  });
  assert.equal((await verifier.verify(imageNamed())).code, "no-policy");
  state = loaded();
  assert.equal((await verifier.verify(imageNamed())).ok, true);
});

test("another policy begins with nothing, and the one before has nothing when it comes back", async () => {
  const [strict, lax] = [
    coreDouble({ judge: () => decided({ ok: false, code: "no-signature" }) }),
    coreDouble(),
  ];
  let core: LoadedCore = lax;
  const verifier = new Verifier({
    policy: () => loaded(core),
    source: new SourceDouble(),
    audit: new AuditDouble(),
    cache: AGES,
  });
  assert.equal((await verifier.verify(imageNamed())).ok, true);
  core = strict;
  assert.equal((await verifier.verify(imageNamed())).code, "no-signature");
  core = coreDouble();
  const again = await verifier.verify(imageNamed());
  assert.deepEqual([again.ok, again.cached], [true, false]);
});

test("an acceptance by a certificate, which ends, is not kept", async () => {
  const ends = 2_000_000_000n;
  const core = coreDouble({
    judge: (_image, _evidence: Evidence[], now) =>
      now < ends ? decided() : decided({ ok: false, code: "certificate-chain-invalid" }),
  });
  const { verifier } = setUp({ core });
  for (const _ of [1, 2]) {
    const { ok, cached } = await verifier.verify(imageNamed());
    assert.deepEqual([ok, cached], [true, false]);
  }
});

test("by the real core: an acceptance by a certificate that is valid now is not kept, one by a key is", async () => {
  const byCertificate = { core: pkiCore(), signed: signedBy(pkiLeaf()) };
  const byKey = { core: coreWith([SIGNED], { [KEY_PATH]: KEY.publicPem }), signed: signature() };
  for (const [{ core, signed }, isKept] of [
    [byCertificate, false],
    [byKey, true],
  ] as const) {
    const source = new SourceDouble((request) => answer(request, { signatures: [signed] }));
    const { verifier } = setUp({ core, source, clock: () => BigInt(T0) });
    for (const isCached of [false, isKept]) {
      const { ok, cached, reason } = await verifier.verify(signedImage());
      assert.deepEqual([ok, cached], [true, isCached], reason);
    }
  }
});

const MEASUREMENTS: [what: string, isKept: boolean, imageAccepted: Measurement["imageAccepted"]][] = [
  ["that was measured is kept", true, async () => true],
  ["that could not be measured, and need not be, is not kept", false, async () => false],
  [
    "that could not be measured, and has to be, is not kept",
    false,
    () => Promise.reject(new MeasurementFailed("it exited with 1")),
  ],
];
for (const [what, isKept, imageAccepted] of MEASUREMENTS) {
  test(`an acceptance ${what}`, async () => {
    let measured = 0;
    const measurement: Measurement = {
      policyLoaded: async () => {},
      imageAccepted: (judgement) => {
        measured++;
        return imageAccepted(judgement);
      },
    };
    const { verifier } = setUp({ measurement });
    await verifier.verify(imageNamed());
    assert.equal((await verifier.verify(imageNamed())).cached, isKept);
    assert.equal(measured, isKept ? 1 : 2);
  });
}

test("denials, which anybody can cause, do not push out acceptances; neither grows beyond its room", async () => {
  const long = "x".repeat(100_000);
  const core = coreDouble({
    judge: ({ name }) =>
      name.startsWith("bad") ? decided({ ok: false, code: "no-signature", reason: long }) : decided(),
  });
  const { verifier } = setUp({ core });
  await verifier.verify(imageNamed());
  for (let i = 0; i < 100; i++) await verifier.verify(imageNamed(`bad/${i}`));
  assert.equal((await verifier.verify(imageNamed())).cached, true);
  assert.equal((await verifier.verify(imageNamed("bad/99"))).cached, true);
  assert.equal((await verifier.verify(imageNamed("bad/0"))).cached, false);
});

test("what the plan decides is kept too, and measured first", async () => {
  const core = coreDouble({ plan: () => decided({ code: "accepted-anything" }) });
  const { verifier } = setUp({ core });
  await verifier.verify(imageNamed());
  assert.equal((await verifier.verify(imageNamed())).cached, true);
});

interface Parts {
  t?: TestContext;
  core?: LoadedCore;
  source?: SourceDouble;
  cache?: typeof AGES | undefined;
  measurement?: Measurement;
  clock?: () => bigint;
}

function setUp(parts: Parts) {
  const { t, core = coreDouble(), source = new SourceDouble(), measurement, clock } = parts;
  const cache = "cache" in parts ? parts.cache : AGES;
  const audit = new AuditDouble();
  let now = 1;
  t?.mock.method(performance, "now", () => now);
  const verifier = new Verifier({
    policy: () => loaded(core),
    source,
    audit,
    log: new LogDouble(),
    measurement,
    ...(cache && { cache }),
    ...(clock && { clock }),
  });
  const pass = (ms: number) => {
    now += ms;
  };
  return { verifier, source, audit, pass };
}
