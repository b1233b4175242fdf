// Attacks on the decision, one test each under the name SECURITY.md has for it. The core is driven as a host drives it.

import assert from "node:assert/strict";
import { createHash, sign } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import type { Image, Judgement } from "#component/types";
import { PolicyCore, PolicyError } from "../../../host/core/core.js";
import { OCI_INDEX, OCI_MANIFEST, SIMPLE_SIGNING } from "../../../host/oci/media-types.js";
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
  referring,
  SIGNED,
  signature,
} from "./judging.js";

function signed(answers: Answers, image = imageNamed()): Judgement {
  return judge(coreWith([SIGNED]), image, answers);
}

function refused(judgement: Judgement, code: Judgement["code"]): void {
  assert.equal(judgement.ok, false);
  assert.equal(judgement.code, code, judgement.reason);
}

/** What containerd says about an image whose manifest is `text`, and a good signature of it. */
function imageOf(text: string, mediaType: string): { image: Image; answers: Answers } {
  const manifest = Buffer.from(text);
  const digest = `sha256:${createHash("sha256").update(manifest).digest("hex")}`;
  const descriptor = Buffer.from(JSON.stringify({ mediaType, digest, size: manifest.length }));
  return {
    image: imageNamed(`${REPOSITORY}:1`, { digest, descriptor }),
    answers: { manifest, signatures: [signature({ manifestDigest: digest })] },
  };
}

test("index read by two parsers: repeated and case-folded members", () => {
  const entry = `{"mediaType":"${OCI_MANIFEST}","digest":"${IMAGE.digest}","size":${IMAGE.bytes.length}}`;
  for (const text of [
    `{"manifests":[${entry}],"manifests":[]}`,
    `{"mediaType":"${OCI_INDEX}","mediaType":"${OCI_MANIFEST}","manifests":[]}`,
    `{"mediaType":"${OCI_INDEX}","manifests":[${entry}],"layers":[]}`,
    `{"mediaType":"${OCI_INDEX}","manifests":[${entry}],"Config":{}}`,
    `{"mediaType":"${OCI_MANIFEST}","manifests":[${entry}]}`,
  ]) {
    const { image, answers } = imageOf(text, OCI_INDEX);
    refused(signed(answers, image), "manifest-invalid");
  }
  const { image, answers } = imageOf(`{"config":{},"layers":[],"manifests":[]}`, OCI_MANIFEST);
  refused(signed(answers, image), "manifest-invalid");
});

test("descriptor read by two parsers", () => {
  const one = JSON.stringify({ mediaType: IMAGE.mediaType, digest: IMAGE.digest, size: IMAGE.bytes.length });
  for (const text of [
    one.replace("}", `,"digest":"sha256:${"0".repeat(64)}"}`),
    one.replace("}", `,"DIGEST":"sha256:${"0".repeat(64)}"}`),
    one.replace("}", `,"\\u017fize":1}`),
  ]) {
    refused(
      signed({ signatures: [signature()] }, imageNamed(undefined, { descriptor: Buffer.from(text) })),
      "descriptor-invalid",
    );
  }
});

test("schema-1 digest trick: bytes whose digest is not that of the bytes", () => {
  const schema1 =
    '{"schemaVersion":1,"name":"a","signatures":[{"header":{},"signature":"x","protected":"y"}]}';
  for (const text of [schema1, schema1.replace(":1,", ":2,"), schema1.replace("signatures", "SIGNATURES")]) {
    const { image, answers } = imageOf(text, OCI_MANIFEST);
    refused(signed(answers, image), "manifest-unsupported");
  }
});

test("name read as two registries", () => {
  // What we would look up at docker.io, and containerd at the host: or the other way round.
  for (const name of ["localhost:5000", "myhost/app:1", "docker.io/app:1", "index.docker.io/library/app:1"]) {
    refused(signed({ signatures: [signature()] }, imageNamed(name)), "name-not-canonical");
  }
  for (const name of [
    "foo_bar.example/app:1",
    "registry.example./app:1",
    "REGISTRY.example/App:1",
    "[::1]:5000/app:1",
  ]) {
    refused(signed({ signatures: [signature()] }, imageNamed(name)), "name-invalid");
  }
  assert.equal(
    signed({ signatures: [signature()] }, imageNamed("Registry.Example/team/app:1")).code,
    "identity-mismatch",
  );
});

test("wildcard turning an inert policy into an open one", () => {
  for (const scope of ["*", "ghcr.io/*", "ghcr.io/team/*"]) {
    const policy = {
      default: [{ type: "reject" }],
      transports: { docker: { [scope]: [{ type: "insecureAcceptAnything" }] } },
    };
    assert.throws(
      () => coreOf(policy),
      (error) => error instanceof PolicyError && /wildcard/.test(error.message),
    );
  }
  // What only looks like a wildcard is an ordinary scope.
  for (const scope of ["ghcr.io/x", "ghcr.io/team*", "ghcr.io*", "*x", "/*", "ghcr.io/*/*"]) {
    const list = [{ type: "insecureAcceptAnything" }];
    coreOf({ default: [{ type: "reject" }], transports: { docker: { [scope]: list } } });
  }
  // Inert in podman and with us.
  const inert = {
    default: [{ type: "reject" }],
    transports: { docker: { "*.example/*": [{ type: "insecureAcceptAnything" }] } },
  };
  refused(judge(coreOf(inert), imageNamed()), "rejected-by-policy");
});

test("bundle satisfying a log requirement", () => {
  const logged = { ...SIGNED, rekorPublicKeyPath: KEY_PATH };
  const judgement = judge(coreWith([logged]), imageNamed(), { referrers: referring(bundle()) });
  refused(judgement, "evidence-unsupported-for-requirement");
});

test("attestation taken for a signature", () => {
  const attestation = bundle({
    predicateType: "https://example.com/pred/v1",
    type: "https://in-toto.io/Statement/v0.1",
  });
  refused(signed({ referrers: referring(attestation) }), "not-a-signature");
});

test("bundles hiding a good signature", () => {
  const foreign = Array.from({ length: 200 }, (_, i) => bundle({ key: OTHER_KEY, names: [`x${i}`] }));
  assert.equal(signed({ signatures: [signature()], referrers: referring(...foreign) }).code, "accepted");
});

test("referrer whose subject is another image", () => {
  // What refers to an image is said by whoever pushed it; what counts is what was signed.
  const another = bundle({ manifestDigest: `sha256:${"3".repeat(64)}` });
  refused(signed({ referrers: referring(another) }), "payload-digest-mismatch");
  assert.equal(signed({ referrers: referring(another, bundle()) }).code, "accepted");
});

test("message signature over a digest taken for a signature of the image", () => {
  const { dsseEnvelope: _, ...rest } = JSON.parse(Buffer.from(bundle()).toString());
  const message = {
    messageDigest: {
      algorithm: "SHA2_256",
      digest: Buffer.from(IMAGE.digest.slice("sha256:".length), "hex").toString("base64"),
    },
    signature: sign("sha256", IMAGE.bytes, KEY.privateKey).toString("base64"),
  };
  const text = JSON.stringify({ ...rest, messageSignature: message });
  refused(signed({ referrers: referring(Buffer.from(text)) }), "not-a-signature");
});

test("one format's signature replayed in the other", () => {
  const { payload, signature: text } = signature();
  const envelope = {
    mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
    verificationMaterial: { publicKey: { hint: "" } },
    dsseEnvelope: {
      payload: Buffer.from(payload).toString("base64"),
      payloadType: "application/vnd.in-toto+json",
      signatures: [{ sig: text }],
    },
  };
  refused(signed({ referrers: referring(Buffer.from(JSON.stringify(envelope))) }), "signature-invalid");
  const { dsseEnvelope } = JSON.parse(Buffer.from(bundle()).toString());
  const statement = Buffer.from(dsseEnvelope.payload, "base64");
  refused(
    signed({ signatures: [{ payload: statement, signature: dsseEnvelope.signatures[0].sig }] }),
    "signature-invalid",
  );
});

test("payload tricks: duplicate keys, other cases, trailing data, byte order mark, lone surrogates", () => {
  const good = signature().payload.toString();
  const digest = `"docker-manifest-digest":"${IMAGE.digest}"`;
  for (const text of [
    good.replace(digest, `"docker-manifest-digest":"sha256:${"0".repeat(64)}",${digest}`),
    good.replace(digest, `${digest},"Docker-Manifest-Digest":"${IMAGE.digest}"`),
    good.replace('"critical"', '"Critical"'),
    `${good}x`,
    `${good}${good}`,
    `\ufeff${good}`,
    good.replace(REPOSITORY, `${REPOSITORY}\\ud800`),
    good.replace(IMAGE.digest, IMAGE.digest.toUpperCase()),
    ...[
      '{"timestamp":"1"}',
      '{"timestamp":{}}',
      '{"timestamp":1.5}',
      '{"timestamp":1e19}',
      '{"creator":1}',
      "1",
    ].map((optional) => good.replace('"optional":null', `"optional":${optional}`)),
    good.replace('"optional":null', `"optional":${"[".repeat(5000)}${"]".repeat(5000)}`),
  ]) {
    assert.notEqual(text, good);
    const payload = Buffer.from(text);
    const judgement = signed({
      signatures: [{ payload, signature: sign("sha256", payload, KEY.privateKey).toString("base64") }],
    });
    assert.equal(judgement.ok, false, text.slice(0, 200));
  }
});

test("docker-reference confusion", () => {
  for (const name of [
    `${REPOSITORY} `,
    `${REPOSITORY}/`,
    REPOSITORY.toUpperCase(),
    `${REPOSITORY}.`,
    `x/${REPOSITORY}`,
    "",
  ]) {
    refused(signed({ signatures: [signature({ dockerReference: name })] }), "identity-mismatch");
  }
});

test("signature or payload of another image", () => {
  const other = `sha256:${"4".repeat(64)}`;
  refused(signed({ signatures: [signature({ manifestDigest: other })] }), "payload-digest-mismatch");
  refused(signed({ referrers: referring(bundle({ manifestDigest: other })) }), "payload-digest-mismatch");
  const swapped = { ...signature(), signature: signature({ manifestDigest: other }).signature };
  refused(signed({ signatures: [swapped] }), "signature-invalid");
});

test("digest given beside a name that is still to be resolved", () => {
  const image = imageNamed(REPOSITORY, {
    mode: "user",
    descriptor: new Uint8Array(),
    digest: `sha256:${"5".repeat(64)}`,
  });
  refused(signed({ signatures: [signature()] }, image), "digest-mismatch");
  const anything = coreWith([{ type: "insecureAcceptAnything" }]);
  refused(judge(anything, image), "digest-mismatch");
});

test("endless evidence: more signatures, larger payloads and deeper nesting than anybody needs", () => {
  const many = Array.from({ length: 1000 }, (_, i) =>
    signature({ key: OTHER_KEY, dockerReference: `r.example/${i}` }),
  );
  refused(signed({ signatures: many }), "signature-invalid");
  refused(
    signed({ signatureManifest: { bytes: Buffer.alloc(5 << 20, 0x20), mediaType: OCI_MANIFEST } }),
    "signature-malformed",
  );
  const deep = Buffer.from(`{"layers":${"[".repeat(100_000)}`);
  refused(signed({ signatureManifest: { bytes: deep, mediaType: OCI_MANIFEST } }), "signature-malformed");
  const names = Array.from({ length: 513 }, (_, i) => `"a${i}":""`).join();
  const wide = Buffer.from(`{"layers":[],${names}}`);
  refused(signed({ signatureManifest: { bytes: wide, mediaType: OCI_MANIFEST } }), "signature-malformed");
});

test("malformed layer hiding a good one", () => {
  const { payload, signature: text } = signature();
  const digest = `sha256:${createHash("sha256").update(payload).digest("hex")}`;
  const good = `{"mediaType":"${SIMPLE_SIGNING}","digest":"${digest}","size":1,"annotations":{"dev.cosignproject.cosign/signature":"${text}"}}`;
  for (const bad of [
    "1",
    "null",
    "{}",
    '{"digest":"x","digest":"y"}',
    '{"annotations":{"a":"","a":""}}',
    '{"mediaType":[]}',
  ]) {
    const bytes = Buffer.from(`{"layers":[${bad},${good}]}`);
    const judgement = signed({ signatureManifest: { bytes, mediaType: OCI_MANIFEST }, blob: () => payload });
    assert.equal(judgement.code, "accepted", judgement.reason);
  }
});

test("names chosen to make a hash table slow", () => {
  // Anybody may write what is read before a signature is verified, and names that collide are easily made: 40,000 of
  // them once cost seven seconds. So what reads it looks nothing up by hash.
  for (const folder of ["json", "image", "evidence", "asn1"]) {
    for (const file of readdirSync(`assembly/${folder}`)) {
      assert.doesNotMatch(
        readFileSync(`assembly/${folder}/${file}`, "utf8"),
        /bytes-map|new Map|new Set/,
        file,
      );
    }
  }
  // A name that stands twice is found all the same; more than 512 are refused unread.
  const members = Array.from({ length: 500 }, (_, i) => `"m${(i * 7919) % 503}":0`);
  for (const at of [0, 17, 250, 499]) {
    const bytes = Buffer.from(`{"layers":[],${[...members, members[at]].join(",")}}`);
    refused(signed({ signatureManifest: { bytes, mediaType: OCI_MANIFEST } }), "signature-malformed");
  }
  const bytes = Buffer.from(`{"layers":[],${members.join(",")}}`);
  refused(signed({ signatureManifest: { bytes, mediaType: OCI_MANIFEST } }), "no-signature");
});

test("panics: truncated and hostile bytes in every place end in a denial, and the next image is judged", () => {
  const core = coreWith([SIGNED]);
  const good = signature();
  for (let cut = 0; cut < good.payload.length; cut += 17) {
    const payload = good.payload.subarray(0, cut);
    assert.equal(judge(core, imageNamed(), { signatures: [{ ...good, payload }] }).ok, false);
  }
  for (let cut = 0; cut < 70; cut++) {
    const text = Buffer.from(good.signature, "base64").subarray(0, cut).toString("base64");
    assert.equal(judge(core, imageNamed(), { signatures: [{ ...good, signature: text }] }).ok, false);
  }
  assert.equal(judge(core, imageNamed(), { signatures: [good] }).ok, true);
});

test("text of a policy or of a stranger that could move a terminal's cursor", () => {
  const policy = JSON.stringify({ default: [{ type: "x" }], transports: {} }).replace(
    '"transports":{}',
    '"transports":{"a\\u202e\\u0085\\u001b[31m":1}',
  );
  assert.throws(
    () => PolicyCore.load(Buffer.from(policy.replace('"type":"x"', '"type":"reject"')), () => null),
    (error) => error instanceof PolicyError && /^[\x20-\x7e]*$/.test(`${error.path}${error.message}`),
  );
  const core = coreOf({
    default: [
      { type: "sigstoreSigned", keyPath: "/k\u001b[2J\n", signedIdentity: { type: "matchRepository" } },
    ],
  });
  const { requirements } = core.explain(imageNamed());
  assert.match(requirements.join(), /^[\x20-\x7e]*$/);
});
