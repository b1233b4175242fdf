// Images signed per platform: an index without an accepted signature is judged by what hangs from it.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Judgement } from "#component/types";
import {
  DOCKER_MANIFEST,
  DOCKER_MANIFEST_LIST,
  OCI_INDEX,
  OCI_MANIFEST,
  SIMPLE_SIGNING,
} from "../../../host/oci/media-types.js";
import { descriptorOf, makeImage, type TestImage } from "../../support/sign.js";
import {
  bundle,
  coreWith,
  KEY_PATH,
  OTHER_KEY,
  REPOSITORY,
  type Requirement,
  referring,
  SIGNED,
  signature,
} from "./judging.js";
import { described, indexOf, Repository, TWO } from "./repository.js";

const [AMD64, ARM64] = TWO.children as [TestImage, TestImage];

function judged(repository: Repository, image = TWO, requirements: Requirement[] = [SIGNED]): Judgement {
  return repository.judge(coreWith(requirements), described(image));
}

function accepted(judgement: Judgement): Judgement {
  assert.equal(judgement.code, "accepted", judgement.reason);
  assert.equal(judgement.ok, true);
  return judgement;
}

function refused(judgement: Judgement, code: Judgement["code"], reason: RegExp): void {
  assert.equal(judgement.ok, false);
  assert.equal(judgement.code, code, judgement.reason);
  assert.match(judgement.reason, reason);
  assert.match(judgement.reason, /^[\x20-\x7e]{1,300}$/);
}

/** An image with every platform signed, in a repository. */
function signedPerPlatform(image: TestImage): Repository {
  const repository = new Repository().add(image);
  for (const { digest } of image.children) repository.sign(digest);
  return repository;
}

test("every platform is signed: accepted, and the signer named", () => {
  const judgement = accepted(judged(signedPerPlatform(TWO)));
  assert.match(judgement.reason, /^each of 2 platforms: signed as \S+ by key sha256:[0-9a-f]{64}$/);
  assert.match(judgement.signer ?? "", /^[0-9a-f]{64}$/);
  assert.equal(judgement.digest, TWO.digest);
  assert.equal(judgement.items.filter(({ ok }) => ok).length, 2);
});

test("the index itself is signed: its images are not asked about", () => {
  const repository = new Repository().add(TWO).sign(TWO.digest);
  accepted(judged(repository));
  const asked = repository.rounds.flat().map(({ reference }) => reference);
  assert.ok(!asked.some((reference) => reference.includes(AMD64.digest.slice(7))));
});

test("images without a signature are not fetched", () => {
  const repository = new Repository().add(TWO).sign(AMD64.digest);
  judged(repository);
  const fetched = repository.rounds.flat().filter(({ kind }) => kind === "manifest");
  assert.deepEqual(
    fetched.map(({ reference }) => reference),
    [TWO.digest, AMD64.digest],
  );
});

test("every platform is signed by a bundle", () => {
  const repository = new Repository().add(TWO);
  for (const { digest } of TWO.children)
    repository.refer(digest, referring(bundle({ manifestDigest: digest })));
  accepted(judged(repository));
});

test("one platform by a bundle, the other under its tag, the index by a stranger: within the rounds of the host", () => {
  const repository = new Repository()
    .add(TWO)
    .refer(TWO.digest, referring(bundle({ manifestDigest: TWO.digest, key: OTHER_KEY })))
    .sign(TWO.digest, signature({ manifestDigest: TWO.digest, key: OTHER_KEY }))
    .refer(AMD64.digest, referring(bundle({ manifestDigest: AMD64.digest })))
    .sign(ARM64.digest);
  const image = { ...described(TWO), mode: "user" as const, digest: "", descriptor: new Uint8Array() };
  repository.replace("1", TWO.bytes, OCI_INDEX);
  accepted(repository.judge(coreWith([SIGNED]), image));
  assert.equal(repository.rounds.length, 7);
});

test("two requirements, each by what it can have: the index for one, the platforms for the other", () => {
  const other = { ...SIGNED, keyPath: "/keys/other.pub" };
  const core = coreWith([SIGNED, other], { "/keys/other.pub": OTHER_KEY.publicPem });
  const repository = new Repository()
    .add(TWO)
    .sign(TWO.digest, signature({ manifestDigest: TWO.digest, key: OTHER_KEY }));
  for (const { digest } of TWO.children) repository.sign(digest);
  accepted(repository.judge(core, described(TWO)));
});

test("platforms signed by different keys of one requirement: no one signer", () => {
  const either = {
    type: "sigstoreSigned",
    keyPaths: [KEY_PATH, "/keys/other.pub"],
    signedIdentity: SIGNED["signedIdentity"],
  };
  const core = coreWith([either], { "/keys/other.pub": OTHER_KEY.publicPem });
  const repository = new Repository()
    .add(TWO)
    .sign(AMD64.digest)
    .sign(ARM64.digest, signature({ manifestDigest: ARM64.digest, key: OTHER_KEY }));
  assert.equal(accepted(repository.judge(core, described(TWO))).signer, undefined);
});

test("signatures that came with the image count for its platforms", () => {
  const given = TWO.children.map(({ digest }) => {
    const { payload, signature: text } = signature({ manifestDigest: digest });
    return {
      tag: "item" as const,
      val: {
        kind: "simple-signing" as const,
        reference: "",
        mediaType: SIMPLE_SIGNING,
        annotations: [["dev.cosignproject.cosign/signature", text]] as [string, string][],
        bytes: payload,
        origin: "beside the image",
      },
    };
  });
  const repository = new Repository().add(TWO);
  accepted(repository.judge(coreWith([SIGNED]), described(TWO), given));
});

test("platform-rejected: the reason names the first platform that fails", () => {
  const three = makeImage({ seed: "three", platforms: ["linux/amd64", "linux/arm64", "linux/s390x"] });
  const [first, second, third] = three.children as [TestImage, TestImage, TestImage];
  refused(
    judged(new Repository().add(three).sign(first.digest), three),
    "platform-rejected",
    /^linux\/arm64 of the index is not accepted: no signature found in /,
  );
  const stranger = signature({ manifestDigest: second.digest, key: OTHER_KEY });
  refused(
    judged(
      new Repository().add(three).sign(first.digest).sign(second.digest, stranger).sign(third.digest),
      three,
    ),
    "platform-rejected",
    /^linux\/arm64 of the index is not accepted: the signature is not by the key of the policy$/,
  );
});

test("platform-rejected: a signature of one platform is none of another", () => {
  const repository = new Repository()
    .add(TWO)
    .sign(AMD64.digest)
    .sign(ARM64.digest, signature({ manifestDigest: AMD64.digest }));
  refused(judged(repository), "platform-rejected", /^linux\/arm64 .*the signature is for another image/);
  // Nor is one of the index.
  const ofTheIndex = signature({ manifestDigest: TWO.digest });
  const replayed = new Repository().add(TWO).sign(AMD64.digest, ofTheIndex).sign(ARM64.digest, ofTheIndex);
  refused(judged(replayed), "platform-rejected", /^linux\/amd64 .*the signature is for another image/);
});

test("the identity is that of the name that was asked for", () => {
  const exact = { ...SIGNED, signedIdentity: { type: "matchExact" } };
  const named = (tag: string) => {
    const repository = new Repository().add(TWO);
    for (const { digest } of TWO.children)
      repository.sign(digest, signature({ manifestDigest: digest, dockerReference: `${REPOSITORY}:${tag}` }));
    return repository;
  };
  accepted(judged(named("1"), TWO, [exact]));
  refused(judged(named("2"), TWO, [exact]), "platform-rejected", /signed as \S+:2, which is not \S+:1$/);
});

test("no-signature: neither the index nor a platform is signed", () => {
  refused(
    judged(new Repository().add(TWO)),
    "no-signature",
    /^no signature found in registry\.example\/team\/app, neither of the index nor of its 2 platforms;/,
  );
});

test("a refused signature of the index is what is told, unless a platform is signed well", () => {
  const bad = signature({ manifestDigest: TWO.digest, key: OTHER_KEY });
  const repository = new Repository().add(TWO).sign(TWO.digest, bad);
  refused(judged(repository), "signature-invalid", /^the signature is not by the key/);
  refused(judged(repository.sign(AMD64.digest)), "platform-rejected", /^linux\/arm64 /);
});

test("a platform that could not be asked about is not an unsigned one", () => {
  const tag = (image: TestImage) => `${image.digest.replace(":", "-")}.sig`;
  for (const repository of [
    signedPerPlatform(TWO).lose("cosign-tag", tag(ARM64)),
    signedPerPlatform(TWO).lose("manifest", ARM64.digest),
    new Repository().add(TWO).sign(AMD64.digest).lose("referrers", ARM64.digest),
  ]) {
    refused(
      judged(repository),
      "registry-unavailable",
      /^linux\/arm64 of the index is not accepted: could not ask /,
    );
  }
});

test("signatures of the index that could not be asked for do not matter where its platforms are signed", () => {
  accepted(judged(signedPerPlatform(TWO).lose("referrers", TWO.digest)));
});

test("a platform's manifest that is missing, or another one, denies", () => {
  const with_ = (change: (repository: Repository) => Repository) => judged(change(signedPerPlatform(TWO)));
  refused(
    with_((r) => r.remove(ARM64.digest)),
    "platform-rejected",
    /^linux\/arm64 .*there is no manifest sha256:/,
  );
  refused(
    with_((r) => r.replace(ARM64.digest, AMD64.bytes)),
    "platform-rejected",
    /^linux\/arm64 .*the manifest's digest is sha256:/,
  );
});

test("what stands under a platform has to be an image manifest by its bytes, too", () => {
  // An index the team signed, hung into another as if it were an image.
  const entry = { ...descriptorOf(TWO), mediaType: OCI_MANIFEST };
  const outer = indexOf(JSON.stringify({ schemaVersion: 2, manifests: [entry] }), [TWO]);
  const repository = new Repository().add(outer).sign(TWO.digest);
  refused(judged(repository, outer), "platform-rejected", /^entry 0 .*content is not that of its media type/);
});

test("the same image under two platforms is asked for once", () => {
  const entries = ["amd64", "arm64"].map((architecture) => ({
    ...descriptorOf(AMD64),
    platform: { os: "linux", architecture },
  }));
  const twice = indexOf(JSON.stringify({ schemaVersion: 2, manifests: entries }), [AMD64]);
  const repository = signedPerPlatform(twice);
  accepted(judged(repository, twice));
  const asked = repository.rounds.flat().map(({ kind, reference }) => `${kind} ${reference}`);
  assert.equal(new Set(asked).size, asked.length);
});

test("one size of two that are said of the same image is wrong", () => {
  const entries = [0, 1].map((more) => ({ ...descriptorOf(AMD64), size: AMD64.bytes.length + more }));
  const twice = indexOf(JSON.stringify({ schemaVersion: 2, manifests: entries }), [AMD64]);
  refused(
    judged(signedPerPlatform(twice), twice),
    "platform-rejected",
    /^entry 1 .*the manifest has \d+ bytes, not/,
  );
});

test("a manifest list of docker's", () => {
  const children = TWO.children.map((child) => {
    const manifest = { ...JSON.parse(Buffer.from(child.bytes).toString()), mediaType: DOCKER_MANIFEST };
    return indexOf(JSON.stringify(manifest), [], DOCKER_MANIFEST);
  });
  const manifests = children.map((child) => ({
    ...descriptorOf(child),
    platform: { os: "linux", architecture: "amd64", features: ["sse4"] },
  }));
  const text = JSON.stringify({ schemaVersion: 2, mediaType: DOCKER_MANIFEST_LIST, manifests });
  const with_ = (change: (text: string) => string): Judgement => {
    const list = indexOf(change(text), children, DOCKER_MANIFEST_LIST);
    return judged(signedPerPlatform(list), list);
  };
  accepted(with_((unchanged) => unchanged));
  // It has none of the members that came with OCI's.
  for (const member of ['"annotations":{}', '"artifactType":"a"'])
    refused(with_(inEntry(member)), "platform-rejected", /not a member of a descriptor/);
  for (const member of ['"annotations":{}', '"artifactType":"a"', `"subject":${ENTRY}`])
    refused(with_(inIndex(member)), "platform-rejected", /not a member of an index/);
});

test("as many platforms as the limit are judged, and one more is none", () => {
  const many = (count: number) =>
    makeImage({ seed: "many", platforms: Array.from({ length: count }, (_, i) => `linux/a${i}`) });
  accepted(judged(signedPerPlatform(many(32)), many(32)));
  refused(
    judged(signedPerPlatform(many(33)), many(33)),
    "platform-rejected",
    /it has 33 of them, and at most 32 are judged; sign the index itself$/,
  );
});

test("garbage beside every platform's signature stays within the budget", () => {
  const many = makeImage({ seed: "garbage", platforms: Array.from({ length: 16 }, (_, i) => `linux/a${i}`) });
  const repository = new Repository().add(many);
  for (const { digest } of many.children) {
    const garbage = Array.from({ length: 15 }, (_, i) =>
      signature({ manifestDigest: digest, key: OTHER_KEY, dockerReference: `x/${i}` }),
    );
    repository.sign(digest, ...garbage, signature({ manifestDigest: digest }));
  }
  accepted(judged(repository, many));
});

// --- an index read by two parsers, level by level ----------------------------------------------------------------

const TEXT = Buffer.from(TWO.bytes).toString();
const ENTRY = JSON.stringify(JSON.parse(TEXT).manifests[0]);
const UNKNOWN = { os: "unknown", architecture: "unknown" };

/** The index of two signed platforms with its text changed. */
function tricked(change: (text: string) => string): Judgement {
  const text = change(TEXT);
  assert.notEqual(text, TEXT);
  const image = indexOf(text);
  return judged(signedPerPlatform(image), image);
}

const inIndex = (members: string) => (text: string) => text.replace(/^\{/, `{${members},`);
const inEntry = (members: string) => (text: string) =>
  text.replace('"manifests":[{', `"manifests":[{${members},`);
const inPlatform = (members: string) => (text: string) =>
  text.replace('"platform":{', `"platform":{${members},`);
const withEntries =
  (...entries: unknown[]) =>
  () =>
    JSON.stringify({ schemaVersion: 2, manifests: entries });
const entryWith = (change: object) => ({ ...JSON.parse(ENTRY), ...change });

const ZEROS = `sha256:${"0".repeat(64)}`;

const TRICKS: readonly [trick: string, change: (text: string) => string, reason: RegExp][] = [
  // The index.
  ["an index with a member twice", inIndex('"artifactType":"a","artifactType":"b"'), /the same member twice/],
  ["an index with a member twice, once escaped", inIndex('"annotations":{},"annot\\u0061tions":{}'), /twice/],
  ["an index with a member in another case", inIndex('"Annotations":{}'), /Annotations: not a member/],
  ["an index with a member in a case that only Go folds", inIndex('"annotation\\u017f":{}'), /not a member/],
  ["an index with an unknown member", inIndex('"x":1'), /x: not a member of an index/],
  ["an index of another version", (text) => text.replace('"schemaVersion":2', '"schemaVersion":3'), /not 2/],
  [
    "an index without its version",
    (text) => text.replace('"schemaVersion":2,', ""),
    /schemaVersion is not 2/,
  ],
  ["an index with an annotation twice", inIndex('"annotations":{"a":"1","a":"2"}'), /twice/],
  [
    "an index whose subject leads elsewhere",
    inIndex(`"subject":${ENTRY.replace("{", '{"urls":[],')}`),
    /subject/,
  ],
  ["data after the index", (text) => `${text} {}`, /./],
  // Its entries.
  [
    "an entry with its digest twice",
    inEntry(`"digest":"${ZEROS}"`),
    /manifests\[0\]\.digest: the same member twice/,
  ],
  [
    "an entry with its digest in another case",
    inEntry(`"Digest":"${ZEROS}"`),
    /manifests\[0\]\.Digest: not a member/,
  ],
  [
    "an entry with its size in a case that only Go folds",
    inEntry('"\\u017fize":1'),
    /not a member of a descriptor/,
  ],
  [
    "an entry with its platform twice",
    inEntry('"platform":null'),
    /manifests\[0\]\.platform: the same member twice/,
  ],
  ["an entry with its platform in another case", inEntry('"PLATFORM":null'), /not a member of a descriptor/],
  ["an entry with an unknown member", inEntry('"x":1'), /manifests\[0\]\.x: not a member of a descriptor/],
  [
    "an entry with urls",
    inEntry('"urls":["https://example.com/"]'),
    /manifests\[0\]\.urls: content of another place/,
  ],
  ["an entry with no urls", inEntry('"urls":null'), /urls: content of another place/],
  ["an entry with data", inEntry('"data":"e30="'), /manifests\[0\]\.data: content of another place/],
  ["an entry with an annotation twice", inEntry('"annotations":{"a":"1","a":"2"}'), /twice/],
  ["an entry that is null", withEntries(JSON.parse(ENTRY), null), /manifests\[1\]: expected an object/],
  [
    "an entry without a size",
    withEntries(entryWith({ size: undefined })),
    /a descriptor has mediaType, digest and size/,
  ],
  ["an entry with a negative size", withEntries(entryWith({ size: -1 })), /expected a size/],
  [
    "a nested index",
    withEntries(entryWith({ mediaType: OCI_INDEX })),
    /not an image manifest by its media type/,
  ],
  [
    "a nested list of docker's",
    withEntries(entryWith({ mediaType: DOCKER_MANIFEST_LIST })),
    /not an image manifest/,
  ],
  [
    "an entry of another media type",
    withEntries(entryWith({ mediaType: "text/plain" })),
    /not an image manifest/,
  ],
  [
    "an entry of docker schema 1",
    withEntries(entryWith({ mediaType: "application/vnd.docker.distribution.manifest.v1+prettyjws" })),
    /not an image manifest/,
  ],
  [
    "a media type with parameters",
    withEntries(entryWith({ mediaType: `${OCI_MANIFEST}; charset=utf-8` })),
    /not an image manifest/,
  ],
  [
    "an entry by sha512",
    withEntries(entryWith({ digest: `sha512:${"0".repeat(128)}` })),
    /not a sha256 digest/,
  ],
  ["an entry whose digest is none", withEntries(entryWith({ digest: "sha256:../x" })), /not a sha256 digest/],
  // Their platforms.
  ["a platform with its os twice", inPlatform('"os":"unknown"'), /platform\.os: the same member twice/],
  [
    "a platform with its os in another case",
    inPlatform('"OS":"linux"'),
    /platform\.OS: not a member of a platform/,
  ],
  ["a platform with an unknown member", inPlatform('"x":1'), /platform\.x: not a member of a platform/],
  [
    "an exempt platform that another parser takes for linux/amd64",
    withEntries(
      JSON.parse(ENTRY),
      entryWith({ platform: { ...UNKNOWN, Os: "linux", Architecture: "amd64" } }),
    ),
    /manifests\[1\]\.platform\.Os: not a member/,
  ],
  ["a platform that is a text", withEntries(entryWith({ platform: "linux/amd64" })), /expected an object/],
  // Nothing to judge.
  ["an empty index", withEntries(), /it lists no image;/],
  ["manifests that are null", () => '{"schemaVersion":2,"manifests":null}', /manifests: expected an array/],
  ["an index without manifests", () => '{"schemaVersion":2}', /it lists no image;/],
  [
    "only exempt entries",
    withEntries(entryWith({ platform: UNKNOWN })),
    /it lists no image for any platform;/,
  ],
  [
    "an exempt nested index",
    withEntries(JSON.parse(ENTRY), entryWith({ platform: UNKNOWN, mediaType: OCI_INDEX })),
    /not an/,
  ],
  [
    "an exempt entry with urls",
    withEntries(JSON.parse(ENTRY), entryWith({ platform: UNKNOWN, urls: [] })),
    /urls/,
  ],
];

for (const [trick, change, reason] of TRICKS) {
  test(`index, its platforms signed: ${trick}: denied`, () => {
    const judgement = tricked(change);
    assert.equal(judgement.ok, false);
    assert.ok(["platform-rejected", "manifest-invalid"].includes(judgement.code), judgement.code);
    assert.match(judgement.reason, judgement.code === "platform-rejected" ? reason : /./);
  });
}

test("a signature of a platform that is not good hides none that takes longer to fetch", () => {
  const repository = new Repository().add(TWO);
  for (const { digest: manifestDigest } of TWO.children) {
    repository.sign(manifestDigest, signature({ key: OTHER_KEY, manifestDigest }));
    repository.refer(manifestDigest, referring(bundle({ manifestDigest })));
  }
  accepted(judged(repository));
});

test("a signer is named only where all platforms have the same", () => {
  const three = makeImage({ seed: "three", platforms: ["linux/a", "linux/b", "linux/c"] });
  const either = { ...SIGNED, keyPath: undefined, keyPaths: [KEY_PATH, "/other"] };
  const core = coreWith([either], { "/other": OTHER_KEY.publicPem });
  for (let odd = 0; odd < 3; odd++) {
    const repository = new Repository().add(three);
    for (const [i, { digest: manifestDigest }] of three.children.entries())
      repository.sign(
        manifestDigest,
        signature({ manifestDigest, ...(i === odd ? { key: OTHER_KEY } : {}) }),
      );
    assert.equal(accepted(repository.judge(core, described(three))).signer, undefined, `platform ${odd}`);
  }
});

test("several requirements are judged of the same platforms", () => {
  const both = [
    SIGNED,
    { ...SIGNED, signedIdentity: { type: "exactRepository", dockerRepository: REPOSITORY } },
  ];
  const judgement = accepted(judged(signedPerPlatform(TWO), TWO, both));
  assert.match(judgement.reason, /^each of 2 platforms: /);
});

test("an index with everything that image-spec has in one is judged by its platforms", () => {
  const platform = '"os.version":"1","os.features":["a"],"features":null';
  for (const change of [
    inIndex(`"annotations":{"a":"b"},"artifactType":"a","subject":${ENTRY}`),
    inIndex('"annotations":null'),
    inEntry('"annotations":{"a":"b"},"artifactType":"a"'),
    inPlatform(platform),
    (text: string) => text.replace(/"platform":\{[^}]*\}/, '"platform":null'),
  ])
    accepted(tricked(change));
});

const UNSIGNED = makeImage({ seed: "not signed" });

/** An index of a signed image, and of one that is not signed with this platform. */
function besideSigned(platform: unknown): Judgement {
  const entries = [
    JSON.parse(ENTRY),
    { ...descriptorOf(UNSIGNED), ...(platform === undefined ? {} : { platform }) },
  ];
  const image = indexOf(JSON.stringify({ schemaVersion: 2, manifests: entries }), [AMD64, UNSIGNED]);
  return judged(new Repository().add(image).sign(AMD64.digest), image);
}

test("an entry of platform unknown/unknown is exempt: what BuildKit files attestations under", () => {
  accepted(besideSigned(UNKNOWN));
  accepted(besideSigned({ ...UNKNOWN, variant: "v1" }));
});

for (const [name, platform] of [
  ["missing", undefined],
  ["null", null],
  ["empty", {}],
  ["half unknown", { os: "unknown", architecture: "amd64" }],
  ["the other half unknown", { os: "linux", architecture: "unknown" }],
  ["unknown in another case", { os: "Unknown", architecture: "unknown" }],
  ["unknown and a space", { os: "unknown ", architecture: "unknown" }],
] as const) {
  test(`a platform that is ${name} is judged`, () => {
    refused(besideSigned(platform), "platform-rejected", /of the index is not accepted: no signature found/);
  });
}
