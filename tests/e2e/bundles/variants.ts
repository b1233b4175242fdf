// Bundles with one thing about them changed: protobuf's JSON in all its spellings, and statements that say more, less or
// something else than cosign's.

const BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";
const IN_TOTO = "application/vnd.in-toto+json";
const KEY = '{"publicKey":{"hint":"aGludA=="}}';

/** Signs `payload` as DSSE does; the signature in base64. */
export type SignPayload = (payload: Uint8Array, payloadType: string) => string;

/** The variants' JSON text, by name, of a signature of the image of that digest. */
export function bundleVariants(digest: string, sign: SignPayload): Record<string, string> {
  const sha256 = digest.slice("sha256:".length);
  const signed = (statement: string, payloadType = IN_TOTO) => {
    const payload = Buffer.from(statement);
    return { payload: payload.toString("base64"), payloadType, sig: sign(payload, payloadType) };
  };
  const plain = {
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ digest: { sha256 }, annotations: {} }],
    predicateType: "https://sigstore.dev/cosign/sign/v1",
    predicate: {},
  };
  const text = JSON.stringify(plain);
  const good = signed(text);
  const envelope = (change: object = {}) => {
    const { payload, payloadType, sig } = good;
    return JSON.stringify({ payload, payloadType, signatures: [{ sig }], ...change });
  };
  const bundle = (material = KEY, dsse = envelope(), rest = "", mediaType = `"mediaType":"${BUNDLE}"`) =>
    `{${mediaType},"verificationMaterial":${material},"dsseEnvelope":${dsse}${rest}}`;
  const material = (members: string) => bundle(`{"publicKey":{"hint":""},${members}}`);
  const typed = (mediaType: string) => bundle(KEY, envelope(), "", mediaType);
  const version = (type: string) => typed(`"mediaType":"application/vnd.dev.sigstore.bundle${type}"`);
  const stating = (statement: string, payloadType?: string) => {
    const { payload, payloadType: type, sig } = signed(statement, payloadType);
    return bundle(KEY, envelope({ payload, payloadType: type, signatures: [{ sig }] }));
  };
  const says = (change: object) => stating(JSON.stringify({ ...plain, ...change }));
  const about = (...subject: unknown[]) => says({ subject });
  const spliced = (from: string, to: string) => stating(text.replace(from, to));
  const cut = (value: string, by: string) => `${value.slice(0, 8)}${by}${value.slice(8)}`;
  const urlSafe = Buffer.from(good.sig, "base64").toString("base64url");
  const entry =
    '"logIndex":"1","logId":{"keyId":"YQ=="},"kindVersion":{"kind":"dsse","version":"0.0.1"},"integratedTime":"1"';
  const proof =
    '"inclusionProof":{"logIndex":"1","rootHash":"YQ==","treeSize":"2","hashes":[],"checkpoint":{"envelope":"a"}}';
  const logged = (entries: string) => material(`"tlogEntries":${entries}`);
  const stamped = (data: string) => material(`"timestampVerificationData":${data}`);

  return {
    plain: bundle(),

    "hint-null": bundle('{"publicKey":{"hint":null}}'),
    "hint-number": bundle('{"publicKey":{"hint":1}}'),
    "hint-twice": bundle('{"publicKey":{"hint":"a","hint":"b"}}'),
    "hint-lone-surrogate": bundle('{"publicKey":{"hint":"\\ud800"}}'),
    "hint-nul": bundle('{"publicKey":{"hint":"\\u0000"}}'),
    "key-empty": bundle('{"publicKey":{}}'),
    "key-null": bundle('{"publicKey":null}'),
    "key-unknown-member": bundle('{"publicKey":{"hint":"","x":1}}'),
    "key-twice": bundle('{"publicKey":{"hint":""},"publicKey":{"hint":""}}'),
    "key-in-both-spellings": bundle('{"publicKey":{"hint":""},"public_key":{"hint":""}}'),
    "key-and-certificate": material('"certificate":{"rawBytes":"YQ=="}'),
    "key-and-certificate-null": material('"certificate":null'),
    "certificate-null": bundle('{"certificate":null}'),
    "material-null": bundle("null"),
    "material-unknown-member": material('"x":1'),
    "material-twice": bundle(KEY, envelope(), `,"verificationMaterial":${KEY}`),
    "material-in-both-spellings": bundle(KEY, envelope(), `,"verification_material":${KEY}`),

    "log-null": logged("null"),
    "log-empty": logged("[]"),
    "log-object": logged("{}"),
    "log-entry-null": logged("[null]"),
    "log-entry-empty": logged("[{}]"),
    "log-entry-without-proof": logged(`[{${entry},"canonicalizedBody":"YQ=="}]`),
    "log-entry-without-record": logged(`[{${entry},${proof}}]`),
    "log-entry-of-nothing": logged(`[{${entry},${proof},"canonicalizedBody":"YQ=="}]`),
    "log-entry-unknown-member": logged(`[{${entry},${proof},"canonicalizedBody":"YQ==","x":1}]`),
    "log-entry-unknown-member-inside": logged('[{"logId":{"x":1}}]'),
    "log-entry-not-base64": logged('[{"logId":{"keyId":"!"}}]'),
    "log-entry-index-no-number": logged('[{"logIndex":"x"}]'),

    "timestamps-empty": stamped("{}"),
    "timestamps-null": stamped("null"),
    "timestamps-number": stamped("1"),
    "timestamps-unknown-member": stamped('{"x":1}'),
    timestamp: stamped('{"rfc3161Timestamps":[{"signedTimestamp":"YQ=="}]}'),
    "timestamp-snake-case": stamped('{"rfc3161_timestamps":[{"signed_timestamp":"YQ=="}]}'),
    "timestamp-unknown-member": stamped('{"rfc3161Timestamps":[{"x":"YQ=="}]}'),

    "message-signature-null": bundle(KEY, envelope(), ',"messageSignature":null'),
    "message-signature-too": bundle(KEY, envelope(), ',"messageSignature":{}'),
    "envelope-null": bundle(KEY, "null"),
    "envelope-in-both-spellings": bundle(KEY, envelope(), `,"dsse_envelope":${envelope()}`),
    "envelope-unknown-member": bundle(KEY, envelope({ x: 1 })),
    "envelope-other-case": bundle(KEY, envelope().replace('"payload"', '"Payload"')),
    "envelope-escaped-name": bundle(KEY, envelope().replace('"payload"', '"p\\u0061yload"')),
    "envelope-snake-case": bundle(KEY, envelope().replace('"payloadType"', '"payload_type"')),
    "payload-type-null": bundle(KEY, envelope({ payloadType: null })),
    "payload-type-twice": bundle(KEY, envelope().replace('"payloadType"', '"payloadType":"x","payloadType"')),
    "payload-type-with-parameter": stating(text, `${IN_TOTO}; x`),
    "payload-line-break": bundle(KEY, envelope({ payload: cut(good.payload, "\n") })),
    "payload-space": bundle(KEY, envelope({ payload: cut(good.payload, " ") })),
    "payload-both-alphabets": bundle(KEY, envelope({ payload: `${good.payload}-_+/` })),
    "signature-null": bundle(KEY, envelope({ signatures: [{ sig: null }] })),
    "signature-after-null": bundle(KEY, envelope({ signatures: [null, { sig: good.sig }] })),
    "signature-twice": bundle(KEY, envelope().replace('"sig"', '"sig":"AAAA","sig"')),
    "signature-two": bundle(KEY, envelope({ signatures: [{ sig: good.sig }, { sig: good.sig }] })),
    "signature-unknown-member": bundle(KEY, envelope({ signatures: [{ sig: good.sig, x: 1 }] })),
    "signature-url-safe": bundle(KEY, envelope({ signatures: [{ sig: urlSafe }] })),
    "signature-line-break": bundle(KEY, envelope({ signatures: [{ sig: cut(good.sig, "\n") }] })),
    "keyid-empty": bundle(KEY, envelope({ signatures: [{ sig: good.sig, keyid: "" }] })),
    "keyid-null": bundle(KEY, envelope({ signatures: [{ sig: good.sig, keyid: null }] })),
    "keyid-some": bundle(KEY, envelope({ signatures: [{ sig: good.sig, keyid: "x" }] })),

    "media-type-null": typed('"mediaType":null'),
    "media-type-twice": typed(`"mediaType":"${BUNDLE}","mediaType":"${BUNDLE}"`),
    "media-type-snake-case": typed(`"media_type":"${BUNDLE}"`),
    "version-as-parameter": version("+json;version=0.3"),
    "version-patch-as-parameter": version("+json;version=0.3.1"),
    "version-0.3.0": version(".v0.3.0+json"),
    "version-0.3.01": version(".v0.3.01+json"),
    "version-0.3.1-rc1": version(".v0.3.1-rc1+json"),
    "version-0.3.1.1": version(".v0.3.1.1+json"),
    "version-0.30": version(".v0.30+json"),
    "version-1.0": version(".v1.0+json"),
    "unknown-null": bundle(KEY, envelope(), ',"x":null'),
    "type-member": bundle(KEY, envelope(), ',"@type":"x"'),
    "byte-order-mark": `\ufeff${bundle()}`,
    "space-around": ` \n\t${bundle()} \n`,
    "something-behind": `${bundle()}{}`,
    "in-a-list": `[${bundle()}]`,
    comment: bundle().replace("{", "{/**/"),
    "trailing-comma": bundle().replace(/}$/, ",}"),

    "statement-v0.1": says({ _type: "https://in-toto.io/Statement/v0.1" }),
    "statement-v2": says({ _type: "https://in-toto.io/Statement/v2" }),
    "statement-without-type": says({ _type: undefined }),
    "statement-proto-names": stating(
      text.replace('"_type"', '"type"').replace('"predicateType"', '"predicate_type"'),
    ),
    "statement-other-case": spliced('"predicateType"', '"PredicateType"'),
    "statement-unknown-member": says({ x: 1 }),
    "statement-byte-order-mark": stating(`\ufeff${text}`),
    "statement-space-around": stating(` ${text}\n`),
    "statement-something-behind": stating(`${text}{}`),
    "predicate-type-missing": says({ predicateType: undefined }),
    "predicate-type-twice": spliced('"predicateType"', '"predicateType":"x","predicateType"'),
    "predicate-missing": says({ predicate: undefined }),
    "predicate-null": says({ predicate: null }),
    "predicate-list": says({ predicate: [] }),
    "predicate-text": says({ predicate: "x" }),
    "predicate-full": says({ predicate: { a: [1, null, { b: "c" }] } }),
    "predicate-member-twice": spliced('"predicate":{', '"predicate":{"a":{"b":1,"b":2}'),
    "subject-missing": says({ subject: undefined }),
    "subject-null": says({ subject: null }),
    "subject-null-first": about(null, ...plain.subject),
    "subject-name-null": about({ name: null, digest: { sha256 } }),
    "subject-name-empty": about({ name: "", digest: { sha256 } }),
    "subject-unknown-member": about({ x: 1, digest: { sha256 } }),
    "subject-proto-names": about({ media_type: "a", download_location: "b", digest: { sha256 } }),
    "subject-full": about({
      uri: "a",
      mediaType: "b",
      downloadLocation: "c",
      content: "YQ==",
      digest: { sha256 },
    }),
    "subject-uri-number": about({ uri: 1, digest: { sha256 } }),
    "subject-content-not-base64": about({ content: "!", digest: { sha256 } }),
    "subject-annotations-text": about({ annotations: "a", digest: { sha256 } }),
    "subject-annotations-null": about({ annotations: null, digest: { sha256 } }),
    "subject-more-digests": about({ digest: { sha512: "00", sha256 } }),
    "subject-digest-empty": about({ digest: { sha512: "", sha256 } }),
    "subject-digest-not-hex": about({ digest: { sha512: "no", sha256 } }),
    "subject-digest-odd": about({ digest: { sha512: "012", sha256 } }),
    "subject-digest-unknown": about({ digest: { sha256, x: "no" } }),
    "another-subject-digest-not-hex": about(...plain.subject, { digest: { sha512: "no" } }),
    "another-subject-first-digest-not-hex": about({ digest: { sha512: "no" } }, ...plain.subject),
    "subject-digest-number": about({ digest: { sha512: 1, sha256 } }),
    "subject-digest-twice": spliced('"sha256":', '"sha256":"00","sha256":'),
    "subject-digest-null-first": about({ digest: null }, ...plain.subject),
    "subjects-1024": about(...Array.from({ length: 1_024 }, () => plain.subject[0])),
    "subjects-1025": about(...Array.from({ length: 1_025 }, () => plain.subject[0])),
  };
}
