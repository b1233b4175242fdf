import { DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST } from "../../../host/oci/media-types.js";
import type { TestImage } from "../../support/image.js";
import { signatureTag } from "../../support/peers/content.js";
import { ACCEPTED, ACCEPTED_ANYTHING, refused } from "../outcome.js";
import {
  another,
  anotherImage,
  cosign,
  cosignRecursively,
  foreignLayer,
  notALayer,
  type Pushed,
  repacked,
  signature,
  signatures,
  signed,
  skopeoEach,
  underTheSignatureTag,
} from "./acts.js";
import {
  artifact,
  artifactManifest,
  dockerImage,
  schema1Signatures,
  schemaVersion1,
  twoPlatforms,
} from "./images.js";
import { anything, reject, signedBy, signedByDefault } from "./requirements.js";
import { byDigest, byTagAndDigest, type Scenario } from "./scenario.js";

const UNSIGNED = refused("no-signature", /^no-signature: no signature found in /);
const BY_NOBODY = refused("signature-invalid", /the signature is not by the key of the policy/);
const NO_SIGNATURE_MANIFEST = refused(
  "signature-malformed",
  /the signature tag does not point to an OCI image manifest/,
);
const SCHEMA_1 = refused("manifest-unsupported", /docker schema 1 manifests are refused/);
const SIGNATURE_ANNOTATION = "dev.cosignproject.cosign/signature";
const elsewhere = ({ place }: Pushed) => `${place}-of-another-team`;
const sameNameElsewhere = ({ repository }: Pushed) => `registry.example/${repository}`;
const theOther = ({ repository }: Pushed) => anotherImage(repository).digest;
/** Each is played by `ctr` and by CRI. */
export const SCENARIOS: readonly Scenario[] = [
  // How it is signed.
  { story: "signed by cosign 3.1", beside: [cosign("3.1")], outcome: ACCEPTED },
  { story: "signed by cosign 2.5", beside: [cosign("2.5")], outcome: ACCEPTED },
  {
    story: "an index, signed by cosign 3.1",
    image: twoPlatforms,
    beside: [cosign("3.1")],
    outcome: ACCEPTED,
  },
  {
    story: "an index, signed by cosign 2.5",
    image: twoPlatforms,
    beside: [cosign("2.5")],
    outcome: ACCEPTED,
  },
  {
    story: "an index with its images, signed by cosign 3.1 recursively",
    image: twoPlatforms,
    beside: [cosignRecursively("3.1")],
    outcome: ACCEPTED,
  },
  {
    story: "an index, its images signed by cosign 3.1 recursively",
    image: twoPlatforms,
    beside: [cosignRecursively("3.1"), repacked],
    outcome: ACCEPTED,
  },
  {
    story: "an index, its images signed by cosign 2.5 recursively",
    image: twoPlatforms,
    beside: [cosignRecursively("2.5"), repacked],
    outcome: ACCEPTED,
  },
  {
    story: "an index, its images signed by skopeo, without a signedIdentity in the policy",
    policy: [signedByDefault],
    image: twoPlatforms,
    beside: [skopeoEach],
    outcome: ACCEPTED,
  },
  {
    story: "an index, its images signed by skopeo, by digest",
    image: twoPlatforms,
    beside: [skopeoEach],
    name: byDigest,
    outcome: ACCEPTED,
  },
  {
    story: "an index, the first of its images signed by cosign 3.1",
    image: twoPlatforms,
    beside: [cosign("3.1", ({ children }) => children[0] as TestImage)],
    outcome: refused("platform-rejected", /linux\/arm64 of the index is not accepted: no signature found/),
  },
  {
    story: "by a stranger, then by cosign too",
    beside: [signed("stranger"), cosign("3.1")],
    outcome: ACCEPTED,
  },
  { story: "of docker's media types", image: dockerImage, beside: [signed("team")], outcome: ACCEPTED },
  { story: "not signed", outcome: UNSIGNED },
  { story: "an index, not signed", image: twoPlatforms, outcome: UNSIGNED },
  { story: "signed by a stranger", beside: [signed("stranger")], outcome: BY_NOBODY },
  // How it is pulled.
  { story: "signed, by digest", beside: [signed("team")], name: byDigest, outcome: ACCEPTED },
  { story: "signed, by tag and digest", beside: [signed("team")], name: byTagAndDigest, outcome: ACCEPTED },
  {
    story: "an index, signed, by digest",
    image: twoPlatforms,
    beside: [cosign("3.1")],
    name: byDigest,
    outcome: ACCEPTED,
  },
  {
    story: "signed, by a tag that there is not and its digest",
    beside: [signed("team")],
    name: ({ place, digest }) => `${place}:gone@${digest}`,
    outcome: ACCEPTED,
  },
  { story: "not signed, by digest", name: byDigest, outcome: UNSIGNED },
  {
    story: "a signed image's tag and another's digest",
    beside: [signed("team"), another],
    name: ({ place, repository }) => `${place}:1@${anotherImage(repository).digest}`,
    outcome: UNSIGNED,
  },
  {
    story: "the signature, pulled as an image",
    beside: [signed("team")],
    name: ({ place, digest }) => `${place}:${signatureTag(digest)}`,
    outcome: UNSIGNED,
  },
  // Private registries.
  { story: "signed, behind a password", from: "password", beside: [cosign("3.1")], outcome: ACCEPTED },
  { story: "signed, behind a token", from: "token", beside: [cosign("2.5")], outcome: ACCEPTED },
  { story: "not signed, behind a password", from: "password", outcome: UNSIGNED },
  { story: "not signed, behind a token", from: "token", outcome: UNSIGNED },
  {
    story: "behind a password that the daemon does not have",
    from: "forgotten",
    beside: [signed("team")],
    outcome: refused("registry-unauthorized", /could not ask for the manifest: the registry answered 401/),
  },
  // Signatures that are not of this image, under this name.
  {
    story: "the payload changed after it was signed",
    beside: [signed("team", { of: theOther, tampered: (text) => text.replace("null", "{}") })],
    outcome: BY_NOBODY,
  },
  {
    story: "a signature of another image",
    beside: [signed("team", { of: theOther })],
    outcome: refused("payload-digest-mismatch", /the signature is for another image, sha256:[0-9a-f]{64}/),
  },
  {
    story: "copied with its signature from another repository",
    beside: [signed("team", { as: elsewhere })],
    outcome: refused("identity-mismatch", /signed as \S+-of-another-team, which is not \S+-repository/),
  },
  {
    story: "copied with its signature from another registry",
    beside: [signed("team", { as: sameNameElsewhere })],
    outcome: refused(
      "identity-mismatch",
      /signed as registry\.example\/\S+, which is not 127\.0\.0\.1:\d+\//,
    ),
  },
  {
    story: "signed by cosign, without a signedIdentity in the policy",
    policy: [signedByDefault],
    beside: [signed("team")],
    outcome: refused("identity-mismatch", /for signatures by cosign write signedIdentity matchRepository/),
  },
  {
    story: "signed, but not a payload of cosign's",
    beside: [signed("team", { saying: () => '{"critical":{}}' })],
    outcome: refused("payload-malformed", /what was signed is not a cosign payload/),
  },
  {
    story: "signed, with a digest there twice",
    beside: [
      signed("team", {
        saying: (text) => text.replace('"image":{', '"image":{"docker-manifest-digest":"",'),
      }),
    ],
    outcome: refused("payload-malformed", /what was signed is not a cosign payload/),
  },
  // What stands beside a good signature, and what does not pass for one.
  {
    story: "something foreign beside a good signature",
    beside: [signatures(foreignLayer, signature("team"))],
    outcome: ACCEPTED,
  },
  {
    story: "malformed items beside a good signature",
    from: "careless",
    beside: [
      signatures(notALayer(42), notALayer({ digest: "sha256:x" }), notALayer(null), signature("team")),
    ],
    outcome: ACCEPTED,
  },
  {
    story: "broken and wrong signatures beside a good one",
    beside: [
      signatures(
        signature("team", { descriptor: { annotations: {} } }),
        signature("team", { descriptor: { annotations: { [SIGNATURE_ANNOTATION]: "!" } } }),
        signature("team", { of: theOther }),
        signature("stranger"),
        signature("team"),
      ),
    ],
    outcome: ACCEPTED,
  },
  {
    story: "nothing but something foreign",
    beside: [signatures(foreignLayer)],
    outcome: refused("no-signature", /no signature found in \S+, only 1 item of another kind/),
  },
  {
    story: "nothing but malformed items",
    from: "careless",
    beside: [signatures(notALayer(42), notALayer({ digest: "sha256:x" }))],
    outcome: refused(
      "signature-malformed",
      /none of 2 signatures is accepted: the layer is not a valid descriptor/,
    ),
  },
  {
    story: "a signature that is not base64",
    beside: [signed("team", { descriptor: { annotations: { [SIGNATURE_ANNOTATION]: "!" } } })],
    outcome: refused("signature-malformed", /the signature is not base64/),
  },
  {
    story: "a payload without its signature",
    beside: [signed("team", { descriptor: { annotations: {} } })],
    outcome: refused("signature-malformed", /the signature's annotation is missing/),
  },
  {
    story: "a signature whose payload is gone",
    from: "careless",
    beside: [signed("team", { descriptor: { digest: `sha256:${"0".repeat(64)}` } })],
    outcome: refused("signature-malformed", /the registry does not have /),
  },
  {
    story: "garbage under the signature tag",
    from: "careless",
    beside: [underTheSignatureTag("\0garbage", OCI_MANIFEST)],
    outcome: NO_SIGNATURE_MANIFEST,
  },
  {
    story: "an index under the signature tag",
    beside: [underTheSignatureTag(JSON.stringify({ schemaVersion: 2, manifests: [] }), OCI_INDEX)],
    outcome: NO_SIGNATURE_MANIFEST,
  },
  {
    story: "a signature in a manifest of docker's",
    from: "careless",
    beside: [underTheSignatureTag(JSON.stringify({ schemaVersion: 2, layers: [] }), DOCKER_MANIFEST)],
    outcome: NO_SIGNATURE_MANIFEST,
  },
  // Things that are no images, or not only.
  { story: "an artifact, not signed", image: artifact, outcome: UNSIGNED },
  {
    story: "an artifact manifest",
    image: artifactManifest,
    from: "careless",
    beside: [signed("team")],
    outcome: refused(
      "manifest-unsupported",
      /not an image manifest or index: application\/vnd\.oci\.artifact/,
    ),
  },
  { story: "an artifact, signed", image: artifact, beside: [signed("team")], outcome: ACCEPTED },
  {
    story: "schema 1 by its version",
    image: schemaVersion1,
    from: "careless",
    beside: [signed("team")],
    outcome: SCHEMA_1,
  },
  {
    story: "schema 1 by its signatures",
    image: schema1Signatures,
    beside: [signed("team")],
    outcome: SCHEMA_1,
  },
  // What the policy says.
  {
    story: "signed, where no scope covers it",
    policy: null,
    beside: [signed("team")],
    outcome: refused(
      "rejected-by-policy",
      /no scope of the policy covers \S+, and its default rejects every image/,
    ),
  },
  {
    story: "signed, where its scope rejects",
    policy: [reject],
    beside: [signed("team")],
    outcome: refused(
      "rejected-by-policy",
      /^rejected-by-policy: transports\.docker\["\S+"\]\[0\] rejects every image/,
    ),
  },
  {
    story: "signed, where its scope rejects too",
    policy: [signedBy("team"), reject],
    beside: [signed("team")],
    outcome: refused("rejected-by-policy", /\[1\] rejects every image/),
  },
  { story: "not signed, where anything is accepted", policy: [anything], outcome: ACCEPTED_ANYTHING },
  {
    story: "an artifact, where anything is accepted",
    policy: [anything],
    image: artifact,
    outcome: ACCEPTED_ANYTHING,
  },
  {
    story: "not signed, where anything that is signed is accepted",
    policy: [anything, signedBy("team")],
    outcome: UNSIGNED,
  },
  {
    story: "signed, below a wildcard",
    repository: "wild/deep/below/signed",
    scope: "wild/*",
    beside: [signed("team")],
    outcome: ACCEPTED,
  },
  { story: "not signed, below a wildcard", repository: "wild/unsigned", scope: "wild/*", outcome: UNSIGNED },
  {
    story: "signed, at a wildcard and not below it",
    repository: "wild",
    scope: "wild/*",
    beside: [signed("team")],
    outcome: refused("rejected-by-policy", /no scope of the policy covers \S+\/wild,/),
  },
  {
    story: "signed by both of two who have to",
    policy: [signedBy("team"), signedBy("stranger")],
    beside: [signatures(signature("stranger"), signature("team"))],
    outcome: ACCEPTED,
  },
  {
    story: "signed by one of two who have to",
    policy: [signedBy("team"), signedBy("stranger")],
    beside: [signed("team")],
    outcome: BY_NOBODY,
  },
  {
    story: "signed by the second of two keys",
    policy: [signedBy("stranger", "team")],
    beside: [signed("team")],
    outcome: ACCEPTED,
  },
  {
    story: "signed by a good key in a list with an unusable one",
    policy: [signedBy("team", "unusable")],
    beside: [signed("team")],
    outcome: refused(
      "key-unsupported",
      /a key of transports\.docker\["\S+"\]\[0\] cannot be used; see policy check/,
    ),
  },
  {
    story: "signed, where a key file is missing",
    policy: [signedBy("team", "missing")],
    beside: [signed("team")],
    outcome: refused(
      "key-unreadable",
      /a key or certificate file of transports\.docker\["\S+"\]\[0\] cannot be read/,
    ),
  },
  // Names. Docker Hub is the open registry here; containerd judges what it was asked for, not where it finds it.
  {
    story: "a short name of docker hub, as CRI completes it",
    repository: "library/short",
    policy: null,
    name: () => "short:1",
    only: "CRI",
    outcome: refused("rejected-by-policy", /no scope of the policy covers docker\.io\/library\/short,/),
  },
  {
    story: "a name of docker hub that is not canonical",
    repository: "short",
    policy: null,
    name: () => "docker.io/short:1",
    only: "ctr",
    outcome: refused("name-not-canonical", /not in canonical form; write docker\.io\/library\/short:1/),
  },
  {
    story: "signed, by its host's other name",
    beside: [signed("team")],
    name: ({ place }) => `${place.replace("127.0.0.1", "localhost")}:1`,
    outcome: refused("rejected-by-policy", /no scope of the policy covers localhost:\d+\//),
  },
  {
    story: "signed, by its port with a zero before it",
    beside: [signed("team")],
    name: ({ place }) => `${place.replace(":", ":0")}:1`,
    outcome: refused("rejected-by-policy", /no scope of the policy covers 127\.0\.0\.1:0\d+\//),
  },
  // Names that ctr hands on to containerd, and containerd to the registry; CRI parses them first.
  badName("a slash too many", (place) => place.replace("/", "//")),
  badName("a step back in the path", (place) => place.replace("/", "/x/../")),
  badName("a user before the host", (place) => `docker.io@${place}`),
  badName("a host in brackets", (place) => place.replace("127.0.0.1", "[::ffff:127.0.0.1]")),
  badName("an escaped slash", (place) => place.replace(/\/([^/]*)$/, "%2f$1")),
  badName("a query after the tag", (place) => place, ":1?x"),
  badName("a fragment after the tag", (place) => place, ":1#x"),
];

function badName(what: string, change: (place: string) => string, tag = ":1"): Scenario {
  return {
    story: `signed, by a name with ${what}`,
    beside: [signed("team")],
    only: "ctr",
    name: ({ place }) => `${change(place)}${tag}`,
    outcome: refused("name-invalid", /not an image name: /),
  };
}
