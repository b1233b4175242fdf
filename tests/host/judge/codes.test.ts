// One test for every code the core gives, under its name.

import assert from "node:assert/strict";
import { createHash, sign } from "node:crypto";
import { test } from "node:test";
import type { Image, Judgement } from "#component/types";
import { OCI_MANIFEST, SIMPLE_SIGNING } from "../../../host/oci/media-types.js";
import { generateKey, type LegacySignature } from "../../support/sign.js";
import {
  type Answers,
  bundle,
  coreOf,
  coreWith,
  IMAGE,
  imageNamed,
  judge,
  KEY,
  KEY_PATH,
  OTHER_KEY,
  REPOSITORY,
  type Requirement,
  referring,
  SIGNED,
  signature,
} from "./judging.js";
import { Repository } from "./repository.js";

/** The judgement must have the code, deny unless it says accepted, and keep its reason to one short line. */
function expect(code: Judgement["code"], judgement: Judgement): Judgement {
  assert.equal(judgement.code, code, judgement.reason);
  assert.equal(judgement.ok, code === "accepted" || code === "accepted-anything");
  assert.match(judgement.reason, /^[\x20-\x7e]{1,300}$/);
  assert.match(judgement.policyDigest, /^sha256:[0-9a-f]{64}$/);
  return judgement;
}

function signed(answers: Answers = { signatures: [signature()] }, image = imageNamed()): Judgement {
  return judge(coreWith([SIGNED]), image, answers);
}

function named(name: string, change: Partial<Image> = {}): Judgement {
  return judge(coreWith([SIGNED]), imageNamed(name, change), { signatures: [signature()] });
}

function described(descriptor: string): Judgement {
  return named(`${REPOSITORY}:1`, { digest: "", descriptor: Buffer.from(descriptor) });
}

const descriptorWith = (change: Record<string, unknown>) =>
  JSON.stringify({ mediaType: IMAGE.mediaType, digest: IMAGE.digest, size: IMAGE.bytes.length, ...change });

test("accepted", () => {
  const judgement = expect("accepted", signed());
  const fingerprint = createHash("sha256")
    .update(Buffer.from(KEY.publicPem.replace(/-----[^-]+-----/g, ""), "base64"))
    .digest("hex");
  assert.equal(judgement.signer, fingerprint);
  assert.equal(judgement.name, `${REPOSITORY}:1`);
  assert.equal(judgement.digest, IMAGE.digest);
});

test("accepted: of several requirements the last that looked at a signature says by whom", () => {
  const byOther = { ...SIGNED, keyPath: "/keys/other.pub" };
  const anything = { type: "insecureAcceptAnything" };
  const files = { "/keys/other.pub": OTHER_KEY.publicPem };
  const signatures = [signature(), signature({ key: OTHER_KEY })];
  for (const [requirements, key] of [
    [[SIGNED, byOther], 1],
    [[byOther, SIGNED], 1],
    [[SIGNED, byOther, anything], 1],
    [[anything, byOther, anything], 0],
  ] as const) {
    const core = coreWith(requirements, files);
    const judgement = expect("accepted", judge(core, imageNamed(), { signatures }));
    assert.equal(judgement.signer, core.summary.keys[key]?.fingerprint);
    assert.equal(judgement.requirement, requirements.length - 1);
  }
});

test("accepted: one good signature is enough, whatever stands beside it", () => {
  const signatures = [
    signature({ key: OTHER_KEY }),
    signature({ dockerReference: "registry.example/other" }),
    signature({ manifestDigest: `sha256:${"0".repeat(64)}` }),
    signature(),
  ];
  const judgement = expect("accepted", signed({ signatures }));
  assert.deepEqual(
    judgement.items.map(({ ok, code }) => [ok, code]),
    [
      [false, "signature-invalid"],
      [false, "identity-mismatch"],
      [false, "payload-digest-mismatch"],
      [true, "accepted"],
    ],
  );
});

test("accepted-anything", () => {
  const judgement = judge(coreWith([{ type: "insecureAcceptAnything" }]), imageNamed(), { manifest: null });
  expect("accepted-anything", judgement);
});

test("rejected-by-policy", () => {
  expect("rejected-by-policy", judge(coreWith([{ type: "reject" }]), imageNamed()));
  // All must allow: a reject anywhere in the list decides, without a question to the registry.
  const plan = coreWith([SIGNED, { type: "reject" }]).plan(imageNamed());
  assert.equal(plan.tag, "decided");
});

test("name-invalid", () => {
  for (const name of [
    "",
    "UPPER/case:1",
    "a".repeat(2000),
    "foo_bar.example/app:1",
    `${REPOSITORY}:1\n`,
    "a:b:c",
  ]) {
    expect("name-invalid", named(name));
  }
});

test("name-invalid: what people most often have to change", () => {
  for (const [name, advice] of [
    ["ghcr.io/Acme/app:1", "; repositories are lower-case"],
    ["docker://ghcr.io/acme/app:1", "; write it without what ends in ://"],
    ["https://ghcr.io/acme/App:1", "; write it without what ends in ://"],
    ["ghcr.io/Acme/app:a:b", ""],
    ["a:b:c", ""],
  ] as const) {
    assert.equal(expect("name-invalid", named(name)).reason, `not an image name: ${name}${advice}`);
  }
});

test("name-not-canonical", () => {
  const judgement = expect("name-not-canonical", named("busybox:1"));
  assert.match(judgement.reason, /docker\.io\/library\/busybox:1/);
  expect("name-not-canonical", named("index.docker.io/library/busybox:1"));
  expect("name-not-canonical", named("docker.io/busybox:1"));
});

test("name-without-tag-or-digest", () => {
  expect("name-without-tag-or-digest", named(REPOSITORY));
});

test("descriptor-invalid", () => {
  for (const text of [
    "",
    "{}",
    "[]",
    "null",
    "no json",
    descriptorWith({ size: -1 }),
    descriptorWith({ size: 1.5 }),
    descriptorWith({ size: "423" }),
    descriptorWith({ digest: "sha256:abc" }),
    descriptorWith({ digest: null }),
    descriptorWith({ digest: IMAGE.digest.replace("sha256", "sha257") }),
    descriptorWith({ digest: IMAGE.digest.slice(0, -1) }),
    descriptorWith({ digest: `${IMAGE.digest}0` }),
    descriptorWith({ digest: `sha384:${"0".repeat(95)}` }),
    descriptorWith({ digest: `sha512:${"0".repeat(127)}` }),
    descriptorWith({ digest: `sha512:${"G".repeat(128)}` }),
    descriptorWith({ size: 1e15 }),
    `${descriptorWith({})}{}`,
    // Go's reader would take the last one, and fold the case.
    descriptorWith({}).replace("}", `,"digest":"${IMAGE.digest}"}`),
    descriptorWith({}).replace("}", `,"Digest":"${IMAGE.digest}"}`),
    descriptorWith({}).replace("}", `,"\\u0064igest":"${IMAGE.digest}"}`),
    descriptorWith({ note: "x".repeat(50_000) }),
  ]) {
    expect("descriptor-invalid", described(text));
  }
});

test("attachments-disabled", () => {
  const tag = `${IMAGE.digest.replace(":", "-")}.sig`;
  const repository = new Repository()
    .add(IMAGE)
    .sign(IMAGE.digest)
    .lose("cosign-tag", tag, "attachments-disabled");
  const judgement = expect("attachments-disabled", repository.judge(coreWith([SIGNED]), imageNamed()));
  assert.match(judgement.reason, /^signatures are not looked for: as the test wants it$/);
});

test("registries-d-invalid", () => {
  const tag = `${IMAGE.digest.replace(":", "-")}.sig`;
  const repository = new Repository()
    .add(IMAGE)
    .sign(IMAGE.digest)
    .lose("cosign-tag", tag, "registries-d-invalid");
  expect("registries-d-invalid", repository.judge(coreWith([SIGNED]), imageNamed()));
});

test("digest-mismatch", () => {
  const other = `sha256:${"1".repeat(64)}`;
  expect("digest-mismatch", named(`${REPOSITORY}:1`, { digest: other }));
  expect("digest-mismatch", named(`${REPOSITORY}@${other}`));
  const swapped = Buffer.from(IMAGE.bytes.toString().replace("2", "3"));
  expect("digest-mismatch", signed({ manifest: swapped, signatures: [signature()] }));
});

test("digest-unsupported", () => {
  const sha512 = `sha512:${createHash("sha512").update(IMAGE.bytes).digest("hex")}`;
  expect("digest-unsupported", named(`${REPOSITORY}@${sha512}`));
  expect("digest-unsupported", described(descriptorWith({ digest: sha512 })));
  expect("digest-unsupported", described(descriptorWith({ digest: `sha384:${"0".repeat(96)}` })));
});

test("size-mismatch", () => {
  expect("size-mismatch", described(descriptorWith({ size: IMAGE.bytes.length + 1 })));
  expect("size-mismatch", described(descriptorWith({ size: 999_999_999_999_999 })));
});

test("manifest-unsupported", () => {
  expect("manifest-unsupported", described(descriptorWith({ mediaType: "application/octet-stream" })));
  const schema1 = "application/vnd.docker.distribution.manifest.v1+prettyjws";
  expect("manifest-unsupported", described(descriptorWith({ mediaType: schema1 })));
  for (const text of [
    '{"schemaVersion":1}',
    '{"schemaVersion":2,"signatures":[]}',
    '{"schemaVersion":2,"Signatures":null}',
  ]) {
    expect("manifest-unsupported", judgeManifest(text));
  }
});

test("manifest-invalid", () => {
  for (const text of ["", "[]", "{", '{"config":{},"config":{}}'])
    expect("manifest-invalid", judgeManifest(text));
});

/** Judges an image whose manifest is `text`, well signed. */
function judgeManifest(text: string): Judgement {
  const bytes = Buffer.from(text);
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  const image = imageNamed(`${REPOSITORY}:1`, {
    digest,
    descriptor: Buffer.from(descriptorWith({ digest, size: bytes.length })),
  });
  return signed({ manifest: bytes, signatures: [signature({ manifestDigest: digest })] }, image);
}

test("manifest-missing", () => {
  expect("manifest-missing", signed({ manifest: null, signatures: [signature()] }));
  // Whoever judges a folder brings its manifest along: there is nobody to ask for it.
  const folder = imageNamed("/images/app", { transport: "dir", mode: "user" });
  expect("manifest-missing", signed({ signatures: [signature()] }, folder));
});

test("no-signature", () => {
  expect("no-signature", signed({ signatures: null }));
  // Items of another kind are no signatures, and no fault.
  const layer = { mediaType: "text/plain", digest: IMAGE.digest, size: 3 };
  expect("no-signature", signed({ signatureManifest: manifestOf([layer]) }));
  expect("no-signature", signed({ signatureManifest: manifestOf([]) }));
});

test("signature-malformed", () => {
  const { payload } = signature();
  const digest = `sha256:${createHash("sha256").update(payload).digest("hex")}`;
  const layer = (annotations: unknown) => ({
    mediaType: SIMPLE_SIGNING,
    digest,
    size: payload.length,
    annotations,
  });
  const answers = (signatureManifest: NonNullable<Answers["signatureManifest"]>): Answers => ({
    signatureManifest,
    blob: () => payload,
  });
  const annotation = "dev.cosignproject.cosign/signature";
  for (const manifest of [
    { bytes: Buffer.from("garbage"), mediaType: OCI_MANIFEST },
    { bytes: Buffer.from("{}"), mediaType: OCI_MANIFEST },
    { ...manifestOf([layer({ [annotation]: "" })]), mediaType: IMAGE.mediaType.replace("oci", "other") },
    manifestOf([layer(undefined)]),
    manifestOf([layer({})]),
    manifestOf([layer({ [annotation]: "no base64" })]),
    manifestOf([layer({ [annotation]: 1 })]),
    manifestOf([1]),
    manifestOf([{ ...layer({ [annotation]: "AAAA" }), digest: "sha256:../../etc/passwd" }]),
  ]) {
    expect("signature-malformed", signed(answers(manifest)));
  }
  expect(
    "signature-malformed",
    signed({ signatures: [signature()], blob: () => Buffer.from("another payload") }),
  );
  expect("signature-malformed", signed({ signatures: [signature()], blob: () => null }));
});

function manifestOf(layers: readonly unknown[]): { bytes: Uint8Array; mediaType: string } {
  return { bytes: Buffer.from(JSON.stringify({ schemaVersion: 2, layers })), mediaType: OCI_MANIFEST };
}

test("signature-invalid", () => {
  expect("signature-invalid", signed({ signatures: [signature({ key: OTHER_KEY })] }));
  expect("signature-invalid", signed({ signatures: [{ ...signature(), signature: "" }] }));
});

test("payload-malformed", () => {
  for (const text of [
    "",
    "{}",
    "null",
    '{"critical":{},"optional":null}',
    signature().payload.toString().replace("cosign", "atomic"),
  ]) {
    const payload = Buffer.from(text);
    const signatures = [{ payload, signature: sign("sha256", payload, KEY.privateKey).toString("base64") }];
    expect("payload-malformed", signed({ signatures }));
  }
});

test("payload-digest-mismatch", () => {
  const signatures = [signature({ manifestDigest: `sha256:${"2".repeat(64)}` })];
  expect("payload-digest-mismatch", signed({ signatures }));
});

test("identity-mismatch", () => {
  const judgement = expect(
    "identity-mismatch",
    signed({ signatures: [signature({ dockerReference: "other.example/app" })] }),
  );
  assert.match(judgement.reason, /other\.example\/app/);
  // The default identity refuses what cosign writes, and says so.
  const byDefault = coreWith([{ type: "sigstoreSigned", keyPath: KEY_PATH }]);
  assert.match(
    expect("identity-mismatch", judge(byDefault, imageNamed(), { signatures: [signature()] })).reason,
    /write signedIdentity matchRepository/,
  );
  // What was asked for is said, wherever it stands.
  const wanted = (signedIdentity: object, image = imageNamed()) =>
    expect(
      "identity-mismatch",
      judge(coreWith([{ ...SIGNED, signedIdentity }]), image, {
        signatures: [signature({ dockerReference: "x.example/y:2" })],
      }),
    ).reason;
  assert.match(wanted({ type: "exactReference", dockerReference: "a/b:1" }), /which is not a\/b:1$/);
  assert.match(wanted({ type: "exactRepository", dockerRepository: "a/b" }), /which is not a\/b$/);
  assert.match(wanted({ type: "matchExact" }), new RegExp(`which is not ${REPOSITORY}:1$`));
  assert.match(wanted({ type: "matchDigest" }), new RegExp(`which is not ${REPOSITORY}$`));
});

test("accepted by a bundle", () => {
  expect("accepted", signed({ referrers: referring(bundle()) }));
  expect(
    "accepted",
    signed({ referrers: referring(bundle({ names: [undefined, "other.example/x", REPOSITORY] })) }),
  );
  const exact = coreWith([{ ...SIGNED, signedIdentity: { type: "matchExact" } }]);
  const referrers = referring(bundle({ names: [REPOSITORY, `${REPOSITORY}:1`] }));
  expect("accepted", judge(exact, imageNamed(), { referrers }));
});

test("a signature of one kind never hides one of the other", () => {
  const foreign = referring(
    Buffer.from("garbage"),
    bundle({ key: OTHER_KEY }),
    bundle({ predicateType: "https://x" }),
  );
  expect("accepted", signed({ signatures: [signature()], referrers: foreign }));
  expect("accepted", signed({ signatures: [signature({ key: OTHER_KEY })], referrers: referring(bundle()) }));
  expect(
    "accepted",
    signed({
      signatureManifest: { bytes: Buffer.from("x"), mediaType: "x" },
      referrers: referring(bundle()),
    }),
  );
});

test("identity-missing", () => {
  const unnamed = referring(bundle({ names: [undefined] }));
  const judgement = expect("identity-missing", signed({ referrers: unnamed }));
  assert.match(judgement.reason, /sign-image/);
  assert.match(judgement.reason, /matchDigest/);
  const byDigest = coreWith([{ ...SIGNED, signedIdentity: { type: "matchDigest" } }]);
  expect("accepted", judge(byDigest, imageNamed(), { referrers: unnamed }));
  // A name that is there is judged, and may not be left out by another one.
  const named = referring(bundle({ names: ["other.example/app", undefined] }));
  expect("identity-mismatch", judge(byDigest, imageNamed(), { referrers: named }));
  expect(
    "identity-mismatch",
    judge(byDigest, imageNamed(), { signatures: [signature({ dockerReference: "other.example/app" })] }),
  );
});

test("not-a-signature", () => {
  expect(
    "not-a-signature",
    signed({ referrers: referring(bundle({ predicateType: "https://slsa.dev/provenance/v1" })) }),
  );
  expect("not-a-signature", signed({ referrers: referring(bundle({ payloadType: "application/json" })) }));
  const { dsseEnvelope: _, ...rest } = JSON.parse(Buffer.from(bundle()).toString());
  const message = { ...rest, messageSignature: { messageDigest: {}, signature: "" } };
  const judgement = expect(
    "not-a-signature",
    signed({ referrers: referring(Buffer.from(JSON.stringify(message))) }),
  );
  assert.match(judgement.reason, /signs a blob/);
});

test("evidence-unsupported-for-requirement", () => {
  const material = { certificate: { rawBytes: "AAAA" } };
  expect("evidence-unsupported-for-requirement", signed({ referrers: referring(bundle({ material })) }));
});

test("bundles: what is wrong with one has the code of what is wrong", () => {
  expect("signature-invalid", signed({ referrers: referring(bundle({ key: OTHER_KEY })) }));
  expect(
    "payload-digest-mismatch",
    signed({ referrers: referring(bundle({ manifestDigest: `sha256:${"3".repeat(64)}` })) }),
  );
  expect("identity-mismatch", signed({ referrers: referring(bundle({ names: ["other.example/app"] })) }));
  expect(
    "payload-malformed",
    signed({ referrers: referring(bundle({ type: "https://in-toto.io/Statement/v2" })) }),
  );
  for (const change of [
    "{}",
    "garbage",
    Buffer.from(bundle()).toString().replace("v0.3", "v0.2"),
    `${Buffer.from(bundle())}x`,
  ]) {
    expect("signature-malformed", signed({ referrers: referring(Buffer.from(change)) }));
  }
});

test("key-unreadable", () => {
  expect("key-unreadable", judge(coreWith([SIGNED], { [KEY_PATH]: null }), imageNamed()));
  // One that cannot be read spoils the list, also when another would fit.
  const requirement = {
    type: "sigstoreSigned",
    keyPaths: [KEY_PATH, "/keys/gone.pub"],
    signedIdentity: { type: "matchRepository" },
  };
  expect("key-unreadable", judge(coreWith([requirement]), imageNamed(), { signatures: [signature()] }));
});

test("key-unsupported", () => {
  for (const content of [
    "",
    "junk",
    KEY.publicPem + OTHER_KEY.publicPem,
    KEY.publicPem.replaceAll("PUBLIC", "PRIVATE"),
  ]) {
    expect("key-unsupported", judge(coreWith([SIGNED], { [KEY_PATH]: content }), imageNamed()));
  }
});

test("requirement-unsupported", () => {
  const requirements: Requirement[] = [
    { type: "signedBy", keyType: "GPGKeys", keyData: "" },
    { type: "signedBaseLayer", baseLayerIdentity: { type: "matchExact" } },
  ];
  for (const requirement of requirements) {
    expect(
      "requirement-unsupported",
      judge(coreWith([requirement]), imageNamed(), { signatures: [signature()] }),
    );
    // Never skipped, whatever stands beside it.
    expect(
      "requirement-unsupported",
      judge(coreWith([{ type: "insecureAcceptAnything" }, requirement]), imageNamed(), {
        signatures: [signature()],
      }),
    );
  }
});

test("budget-exhausted", () => {
  const files: Record<string, string> = {};
  for (let i = 0; i < 8; i++) files[`/keys/${i}.pub`] = generateKey().publicPem;
  const requirement = {
    type: "sigstoreSigned",
    keyPaths: Object.keys(files),
    signedIdentity: { type: "matchRepository" },
  };
  const signatures = Array.from({ length: 70 }, (_, i) =>
    signature({ dockerReference: `${REPOSITORY}/${i}` }),
  );
  expect("budget-exhausted", judge(coreWith([requirement], files), imageNamed(), { signatures }));
});

test("evidence-too-large", () => {
  const payload = Buffer.alloc((1 << 20) + 1, 0x20);
  const signatures = [{ payload, signature: sign("sha256", payload, KEY.privateKey).toString("base64") }];
  expect("evidence-too-large", signed({ signatures }));
});

test("could not ask is not unsigned", () => {
  for (const kind of ["manifest", "cosign-tag", "referrers", "blob"] as const) {
    const unavailable = { kind, code: "registry-unavailable", detail: "HTTP 503" } as const;
    const judgement = expect(
      "registry-unavailable",
      signed({ signatures: [signature({ key: OTHER_KEY })], unavailable }),
    );
    assert.match(judgement.reason, /: HTTP 503$/);
    const silent = { ...unavailable, detail: "" };
    assert.match(
      expect(
        "registry-unavailable",
        signed({ signatures: [signature({ key: OTHER_KEY })], unavailable: silent }),
      ).reason,
      /[a-z]$/,
    );
  }
});

test("of several rejections the one that came furthest is told, of equals the first", () => {
  const foreign = signature({ key: OTHER_KEY });
  const one = signature({ dockerReference: "a.example/x" });
  const two = signature({ dockerReference: "b.example/x" });
  const orders: LegacySignature[][] = [
    [foreign, one, two],
    [one, foreign, two],
    [one, two, foreign],
  ];
  for (const signatures of orders) {
    const judgement = expect("identity-mismatch", signed({ signatures }));
    assert.match(judgement.reason, /^none of 3 signatures is accepted: signed as a\.example/);
  }
});

test("surplus signatures are counted and do not hide the first ones", () => {
  const wrong = Array.from({ length: 130 }, (_, i) =>
    signature({ key: OTHER_KEY, dockerReference: `${REPOSITORY}/${i}` }),
  );
  expect("accepted", signed({ signatures: [signature(), ...wrong] }));
  const judgement = expect("signature-invalid", signed({ signatures: [...wrong, signature()] }));
  assert.match(judgement.reason, /3 more not looked at/);
});

test("a reason cannot be broken out of", () => {
  const dockerReference = `evil\n\u001b[31m"\\${"x".repeat(5000)}`;
  const judgement = expect("identity-mismatch", signed({ signatures: [signature({ dockerReference })] }));
  assert.match(judgement.reason, /evil\\x0a\\x1b\[31m/);
});

test("nothing of one image survives to the next", () => {
  const core = coreWith([SIGNED]);
  for (let i = 0; i < 3; i++) {
    expect("accepted", judge(core, imageNamed(), { signatures: [signature()] }));
    expect("no-signature", judge(core, imageNamed(), { signatures: null }));
  }
});

test("several requirements must all allow", () => {
  const other = { ...SIGNED, keyPath: "/keys/other.pub" };
  const files = { "/keys/other.pub": OTHER_KEY.publicPem };
  const core = coreWith([SIGNED, other], files);
  const both = [signature(), signature({ key: OTHER_KEY })];
  expect("accepted", judge(core, imageNamed(), { signatures: both }));
  const judgement = expect("signature-invalid", judge(core, imageNamed(), { signatures: [signature()] }));
  assert.equal(judgement.requirement, 1);
});

test("a tag beside a digest is dropped, as containerd drops it", () => {
  const policy = {
    default: [{ type: "reject" }],
    transports: { docker: { [REPOSITORY]: [SIGNED], [`${REPOSITORY}:1`]: [{ type: "reject" }] } },
  };
  const judgement = judge(coreOf(policy), imageNamed(`${REPOSITORY}:1@${IMAGE.digest}`), {
    signatures: [signature()],
  });
  expect("accepted", judgement);
  assert.equal(judgement.name, `${REPOSITORY}@${IMAGE.digest}`);
});

test("a name without a descriptor is resolved by its manifest", () => {
  const image = imageNamed("registry.example/team/app", {
    mode: "user",
    digest: "",
    descriptor: new Uint8Array(),
  });
  const judgement = expect("accepted", signed({ signatures: [signature()] }, image));
  assert.equal(judgement.digest, IMAGE.digest);
  assert.equal(judgement.name, "registry.example/team/app:latest");
});
