// Where we are not, or not yet, as containers/image is. A rule looks at what a case contains, never at its name, so
// that it also judges cases nobody here has seen.

import {
  acceptedBeyondCertificateLimits,
  acceptedWithLooseCertificate,
  acceptedWithRepeatingRecord,
  acceptedWithWeakCertificate,
  namesWorkload,
} from "./certificate-traits.js";
import { isObject, operation } from "./corpus.js";
import {
  acceptedAsOtherStatement,
  acceptedByAttestations,
  acceptedOfPrerelease,
  bundleOverOwnHash,
  refusedForLogRecords,
} from "./cosign/bundles.js";
import {
  acceptedUnderOtherNames,
  hasOptions,
  hasOwnSignatures,
  isOfIndex,
  isPlainPrivateKey,
} from "./cosign/traits.js";
import { mediaTypeOf } from "./image.js";
import { jsonShape } from "./json-shape.js";
import { signedOverOwnHash } from "./own-hash.js";
import { isIndexAccepted } from "./platforms.js";
import { requirementsOf } from "./requirements.js";
import type { Rule } from "./rule.js";
import {
  acceptedAfterTooManyChecks,
  acceptedBeyondTheFirst,
  acceptedByDeepPayloads,
  acceptedByLongPayloads,
  acceptedByOtherDigests,
  acceptedByWeakCertificates,
  acceptedByWideLayers,
  acceptedWithManifest,
  isAnotherKind,
  isDeep,
  isWide,
  repeatsMember,
} from "./stricter.js";
import { expected as expectedKey, fileOf as keyFileOf } from "./suites/cosign-keys.js";
import { readManifest } from "./suites/manifest-digest.js";
import {
  acceptedUpstream,
  digestBesideTag,
  isHostless,
  isSchema1,
  isWeakKey,
  jsonOf,
  kindOf,
  looksLikeSchema1,
  opensByWildcard,
  someKey,
  writesBytesAsNumbers,
} from "./traits.js";

const EVALUATED = ["sigstore-signed", "policy-eval"];
/** Composed by the oracle (tests/oracle), with skopeo's verdict. */
const LIVE = "skopeo";
/** Images of cosign's vectors, with the verdicts of a real cosign or skopeo. */
const COSIGN = ["cosign-legacy", "cosign-bundle", "cosign-algorithms", "cosign-verify", "cosign-policies"];
const JUDGED = [...EVALUATED, LIVE, ...COSIGN];
const PATH_TRANSPORTS = ["dir", "oci", "oci-archive", "sif"];

const HOSTLESS =
  "a name whose host is not a valid host (foo_bar.com/x) is refused: nobody can pull by it, and no scope but the widest covers it";

/** The first that fits counts. */
export const RULES: readonly Rule[] = [
  {
    suites: ["signed-by"],
    class: "notYet",
    reason: "GPG signatures are not verified yet",
    fits: (test) =>
      operation(test) === "gpgSignature" || (isObject(test["requirement"]) && operation(test) === ""),
  },
  {
    suites: ["payload-parse"],
    class: "notYet",
    reason: "payloads of GPG signatures are not read yet",
    fits: (test) => test["format"] === "simple",
  },
  {
    suites: ["signature-blob"],
    class: "notYet",
    reason: "signatures are not read from image folders or lookaside servers yet",
    fits: (test) => ["classify", "classifyFile"].includes(operation(test)),
  },
  {
    suites: ["registries-d"],
    class: "notYet",
    reason: "lookaside servers are not asked yet",
    fits: (test) => ["lookasideURL", "lookasideTopLevel", "namespaceLookaside"].includes(operation(test)),
  },
  {
    suites: ["registries-d"],
    class: "differs",
    reason: "an image is identified by its sha256 only, so nothing is looked for under another digest",
    fits: (test) =>
      operation(test) === "attachmentTag" &&
      /^sha(384|512):/.test(String(test["digest"])) &&
      test["expected"] !== null,
    ours: () => ({ tag: null }),
    code: "digest-unsupported",
  },
  {
    suites: ["policy-eval"],
    class: "notExpressible",
    reason: "strict mode is an option of the caller: here the policy alone decides",
    fits: (test) => test["requireSignatureVerification"] === true,
  },
  {
    suites: JUDGED,
    class: "differs",
    anticipated: true,
    reason: HOSTLESS,
    fits: (test, subject) => test["accept"] === true && isHostless(test["imageReference"], subject),
    ours: () => ({ accept: false }),
    code: "name-invalid",
  },
  {
    suites: EVALUATED,
    class: "notExpressible",
    anticipated: true,
    reason: "of a tag and a digest only the digest is judged, as containerd pulls by it",
    fits: (test, subject) => digestBesideTag(test["imageReference"], subject) !== undefined,
  },
  {
    suites: EVALUATED,
    class: "notYet",
    reason: "GPG signatures are not verified yet",
    fits: (test, subject) => requirementsOf(test, subject).some(({ type }) => type === "signedBy"),
  },
  {
    suites: [LIVE],
    class: "differs",
    anticipated: true,
    reason:
      "an index is judged as a whole, by its own signatures or by those of all its platforms: podman checks the platform that it pulls",
    fits: (test, subject) => {
      const accepted = isIndexAccepted(test, subject);
      return accepted !== null && accepted !== test["accept"];
    },
    ours: (test, subject) => ({ accept: isIndexAccepted(test, subject) }),
  },
  {
    suites: ["cosign-verify"],
    class: "notExpressible",
    reason:
      "cosign was asked with an option that a policy has no place for, or about something else than these images",
    fits: hasOptions,
  },
  {
    suites: JUDGED,
    class: "differs",
    reason:
      "cosign 3 signs with P-384 over SHA-384, P-521 over SHA-512, and Ed25519ph: accepted as well as upstream's SHA-256 and pure Ed25519",
    fits: signedOverOwnHash,
    ours: () => ({ accept: true }),
    code: "accepted",
  },
  {
    suites: JUDGED,
    class: "differs",
    reason: "RSA keys below 2048 bits are too weak to be trusted",
    fits: acceptedUpstream(
      someKey(({ first }) => (first?.asymmetricKeyDetails?.modulusLength ?? 2048) < 2048),
    ),
    ours: () => ({ accept: false }),
    code: "key-unsupported",
  },
  {
    suites: JUDGED,
    class: "differs",
    reason: "P-224 is too weak to be trusted",
    fits: acceptedUpstream(someKey(({ first }) => first !== undefined && kindOf(first) === "secp224r1")),
    ours: () => ({ accept: false }),
    code: "key-unsupported",
  },
  {
    suites: JUDGED,
    class: "differs",
    anticipated: true,
    reason:
      "a key file with several PEM blocks is refused: upstream uses the first and silently ignores the others",
    fits: acceptedUpstream(someKey(({ blocks }) => blocks > 1)),
    ours: () => ({ accept: false }),
  },
  {
    suites: JUDGED,
    class: "differs",
    anticipated: true,
    reason:
      "a certificate's key has to be as strong as one in a file, and RSA has at most 4096 bits: whoever signs chooses it",
    fits: acceptedByWeakCertificates,
    ours: () => ({ accept: false }),
  },
  {
    suites: JUDGED,
    class: "differs",
    anticipated: true,
    reason: "RSA keys above 8192 bits cost a node more to check than a signature is worth",
    fits: acceptedUpstream(
      someKey(({ first }) => (first?.asymmetricKeyDetails?.modulusLength ?? 2048) > 8192),
    ),
    ours: () => ({ accept: false }),
    code: "key-unsupported",
  },
  {
    suites: JUDGED,
    class: "differs",
    anticipated: true,
    reason:
      "a key file has at most 64 KiB: a key needs less than 2, and nobody needs anything else in the file",
    fits: acceptedUpstream(someKey(({ size }) => size > 64 * 1024)),
    ours: () => ({ accept: false }),
    code: "key-unreadable",
  },
  {
    suites: JUDGED,
    class: "differs",
    anticipated: true,
    reason: "docker schema 1, and whatever some readers take for it, is refused, as containerd refuses it",
    fits: acceptedWithManifest((manifest) => looksLikeSchema1(jsonOf(manifest))),
    ours: () => ({ accept: false }),
    code: "manifest-unsupported",
  },
  {
    suites: JUDGED,
    class: "differs",
    anticipated: true,
    reason:
      "JSON is read to a depth of 32: a manifest needs 5, and deeper nesting is there to exhaust readers",
    fits: acceptedWithManifest(isDeep),
    ours: () => ({ accept: false }),
    code: "manifest-invalid",
  },
  {
    suites: JUDGED,
    class: "differs",
    anticipated: true,
    reason:
      "a manifest has at most 512 members: those in use have up to 10, and each name is compared with every other",
    fits: acceptedWithManifest(isWide),
    ours: () => ({ accept: false }),
    code: "manifest-invalid",
  },
  {
    suites: JUDGED,
    class: "differs",
    anticipated: true,
    reason: "a signature's layer has at most 512 annotations: cosign writes up to five",
    fits: acceptedByWideLayers,
    ours: () => ({ accept: false }),
  },
  {
    suites: JUDGED,
    class: "differs",
    anticipated: true,
    reason: "a manifest with a duplicate member is one image to some readers and another to others",
    fits: acceptedWithManifest(repeatsMember),
    ours: () => ({ accept: false }),
    code: "manifest-invalid",
  },
  {
    suites: JUDGED,
    class: "differs",
    anticipated: true,
    reason:
      "a manifest has the media type it is served with, as in containerd: under another type it is another image",
    fits: acceptedWithManifest(isAnotherKind),
    ours: () => ({ accept: false }),
    code: "manifest-invalid",
  },
  {
    suites: JUDGED,
    class: "differs",
    anticipated: true,
    reason: "JSON is read to a depth of 32, in payloads too: no tool nests annotations",
    fits: acceptedByDeepPayloads,
    ours: () => ({ accept: false }),
  },
  {
    suites: JUDGED,
    class: "differs",
    anticipated: true,
    reason:
      "a payload has at most 1 MiB, because anybody can put one beside an image: upstream's limit is 4 MiB for each",
    fits: acceptedByLongPayloads,
    ours: () => ({ accept: false }),
  },
  {
    suites: JUDGED,
    class: "differs",
    anticipated: true,
    reason:
      "fetched bytes are checked by SHA-256 alone: cosign writes no other digest for the layers of signatures",
    fits: acceptedByOtherDigests,
    ours: () => ({ accept: false }),
  },
  {
    suites: JUDGED,
    class: "differs",
    anticipated: true,
    reason:
      "the first 128 signatures of an image are checked, as upstream does on a lookaside: each costs a request",
    fits: acceptedBeyondTheFirst,
    ours: () => ({ accept: false }),
  },
  {
    suites: JUDGED,
    class: "differs",
    anticipated: true,
    reason:
      "an image may cost as much as 512 ECDSA P-256 checks: foreign signatures and long lists of keys must not stop a node",
    fits: acceptedAfterTooManyChecks,
    ours: () => ({ accept: false }),
  },
  {
    suites: COSIGN,
    class: "differs",
    reason:
      "bundles over the curve's own hash or by Ed25519ph, which cosign 3 makes and verifies only when told to, are accepted just as signatures are",
    fits: bundleOverOwnHash,
    ours: () => ({ accept: true }),
    code: "accepted",
  },
  {
    suites: COSIGN,
    class: "differs",
    reason:
      "an attestation is not a signature of an image: cosign verify takes it for one, so that whoever attests also signs",
    fits: acceptedByAttestations,
    ours: () => ({ accept: false }),
    code: "not-a-signature",
  },
  {
    suites: ["cosign-bundle"],
    class: "differs",
    anticipated: true,
    reason: "the signed object has to declare itself an in-toto statement: cosign takes any object for one",
    fits: acceptedAsOtherStatement,
    ours: () => ({ accept: false }),
    code: "payload-malformed",
  },
  {
    suites: ["cosign-bundle"],
    class: "differs",
    anticipated: true,
    reason:
      "bundles have version 0.3, and not a prerelease of it: cosign compares versions as package managers do",
    fits: acceptedOfPrerelease,
    ours: () => ({ accept: false }),
    code: "signature-malformed",
  },
  {
    suites: ["cosign-bundle"],
    class: "differs",
    anticipated: true,
    reason:
      "where a key is enough, only the form of log entries in a bundle is checked; cosign also reads the records in them, but does not verify them either",
    fits: refusedForLogRecords,
    ours: () => ({ accept: true }),
    code: "accepted",
  },
  {
    suites: ["cosign-bundle", "cosign-verify"],
    class: "differs",
    reason: "a signed name is checked, also by matchDigest; cosign verify does not look at names",
    fits: acceptedUnderOtherNames,
    ours: () => ({ accept: false }),
    code: "identity-mismatch",
  },
  {
    suites: ["cosign-policies"],
    class: "differs",
    reason:
      "the judged digest is the one that containerd pulls by, that of the index itself; skopeo judges a platform's manifest",
    fits: (test) => isOfIndex(test) && test["accept"] !== hasOwnSignatures(test),
    ours: (test) => ({ accept: hasOwnSignatures(test) }),
  },
  {
    suites: ["cosign-keys"],
    class: "differs",
    reason:
      "P-224 and RSA below 2048 bits are too weak to be trusted, and none of several PEM blocks is chosen",
    fits: (test) => test["kind"] === "public" && isWeakKey(keyFileOf(test)),
    ours: () => ({ key: null }),
  },
  {
    suites: ["cosign-keys"],
    class: "differs",
    reason: "unencrypted private keys are read as they are: cosign wants them imported first",
    fits: (test) => isPlainPrivateKey(test) && !isWeakKey(keyFileOf(test)) && expectedKey(test) !== null,
    ours: (test) => ({ key: expectedKey(test) }),
  },
  {
    suites: ["sigstore-bundles"],
    class: "notExpressible",
    reason: "bundles count only for requirements with a key: those by certificates are not verified",
    fits: (test) => test["key"] === null,
  },
  {
    suites: ["fulcio", "pki", ...EVALUATED],
    class: "differs",
    anticipated: true,
    reason: "P-224, RSA below 2048 bits and RSASSA-PSS certify nobody; RSA above 4096 bits costs too much",
    fits: acceptedWithWeakCertificate,
    ours: () => ({ accept: false }),
  },
  {
    suites: ["fulcio", "pki", ...EVALUATED],
    class: "differs",
    anticipated: true,
    reason:
      "certificates are read as RFC 5280 defines them: times in its two forms, no negative serial numbers, no unique identifiers, key usage with a bit set, no unknown critical extension",
    fits: acceptedWithLooseCertificate,
    ours: () => ({ accept: false }),
  },
  {
    suites: ["fulcio", "pki", ...EVALUATED],
    class: "differs",
    anticipated: true,
    reason:
      "a chain has up to 16 certificates, of 64 KiB and 64 extensions each: more are there to keep a node busy",
    fits: acceptedBeyondCertificateLimits,
    ours: () => ({ accept: false }),
  },
  {
    suites: ["rekor-set", ...EVALUATED],
    class: "differs",
    anticipated: true,
    reason:
      "a record with a duplicate member says two things: Rekor makes no such record, and upstream takes the last",
    fits: acceptedWithRepeatingRecord,
    ours: (test) => (test["set"] === undefined ? { accept: false } : null),
  },
  {
    suites: ["policy-parse"],
    class: "differs",
    anticipated: true,
    reason:
      "CI workloads have a URI and no e-mail address: subjectURI and subjectURIPattern, which podman does not load",
    fits: namesWorkload,
    ours: () => ({ valid: true }),
  },
  {
    suites: ["policy-parse"],
    class: "differs",
    anticipated: true,
    reason: "podman ignores P/* and *: where they have an effect, they must not open a node",
    fits: (test) => test["valid"] === true && opensByWildcard(test),
    ours: () => ({ valid: false }),
  },
  {
    suites: ["policy-parse"],
    class: "differs",
    anticipated: true,
    reason:
      "keys and certificates in a policy are base64: upstream also takes lists of numbers, which nobody writes",
    fits: (test) => test["valid"] === true && writesBytesAsNumbers(test),
    ours: () => ({ valid: false }),
  },
  {
    suites: ["manifest-digest"],
    class: "notExpressible",
    reason: "the media type is the descriptor's: it is never guessed from the bytes",
    fits: (test) => operation(test) === "guessMediaType",
  },
  {
    suites: ["manifest-digest"],
    class: "differs",
    reason: "docker schema 1 is refused, as containerd refuses it",
    fits: (test, subject) =>
      (test["ok"] === true || test["expected"] === true) && isSchema1(jsonOf(readManifest(test, subject))),
    ours: (test) => (operation(test) === "digest" ? { digest: null } : { matches: false }),
    code: "manifest-unsupported",
  },
  {
    suites: ["manifest-digest"],
    class: "differs",
    reason: "bytes that are not JSON are not a manifest, whoever signed them",
    fits: (test, subject) =>
      (test["ok"] === true || test["expected"] === true) && jsonOf(readManifest(test, subject)) === undefined,
    ours: (test) => (operation(test) === "digest" ? { digest: null } : { matches: false }),
    code: "manifest-invalid",
  },
  {
    suites: ["manifest-digest"],
    class: "differs",
    anticipated: true,
    reason:
      "a manifest that repeats a member, is nested deeper than 32, has more than 512 members or is of two kinds at once is refused: readers differ on it",
    fits: (test, subject) => {
      const manifest = readManifest(test, subject);
      const isRefused =
        isDeep(manifest) ||
        isWide(manifest) ||
        repeatsMember(manifest) ||
        isAnotherKind(manifest, mediaTypeOf(manifest));
      return (test["ok"] === true || test["expected"] === true) && isRefused;
    },
    ours: (test) => (operation(test) === "digest" ? { digest: null } : { matches: false }),
    code: "manifest-invalid",
  },
  {
    suites: ["payload-parse"],
    class: "differs",
    anticipated: true,
    reason: "JSON is read to a depth of 32, in payloads too: no tool nests annotations",
    fits: (test) => test["valid"] === true && jsonShape(String(test["payload"])).depth > 32,
    ours: () => ({ parses: false }),
    code: "payload-malformed",
  },
  {
    suites: ["references", "scopes"],
    class: "differs",
    anticipated: true,
    reason: HOSTLESS,
    fits: (test, subject) =>
      (["dockerTransport", "parseDockerRef"].includes(operation(test)) && test["valid"] === true) ||
      (operation(test) === "dockerScopes" && test["ok"] === true)
        ? isHostless(test["input"], subject)
        : operation(test) === "lookup" &&
          test["transport"] === "docker" &&
          isHostless(test["imageReference"], subject),
    ours: () => null,
    code: "name-invalid",
  },
  {
    suites: ["references"],
    class: "notExpressible",
    reason: "the // before a name belongs to skopeo's command line",
    fits: (test) => operation(test) === "dockerTransport" && !String(test["input"]).startsWith("//"),
  },
  {
    suites: ["references", "scopes"],
    class: "notExpressible",
    reason: "@@unknown-digest@@ is for writing images",
    fits: (test) => String(test["input"]).includes("@@unknown-digest@@"),
  },
  {
    suites: ["references"],
    class: "differs",
    reason: "a tag beside a digest is dropped, as containerd does; skopeo refuses such a name",
    fits: (test, subject) =>
      operation(test) === "dockerTransport" && digestBesideTag(test["input"], subject) !== undefined,
    ours: (test, subject) => ({ string: digestBesideTag(test["input"], subject) }),
  },
  {
    suites: ["scopes"],
    class: "differs",
    anticipated: true,
    reason: "a tag beside a digest is dropped, as containerd does",
    fits: (test, subject) =>
      operation(test) === "dockerScopes" &&
      test["ok"] === false &&
      digestBesideTag(test["input"], subject) !== undefined,
    ours: (test, subject) => ({ identity: digestBesideTag(test["input"], subject) }),
  },
  {
    suites: ["scopes"],
    class: "notExpressible",
    reason: "whoever names the image has to resolve the path first",
    fits: (test) =>
      operation(test) === "lookup" &&
      PATH_TRANSPORTS.includes(String(test["transport"])) &&
      !String(test["imageReference"]).startsWith("/"),
  },
  {
    suites: ["image-rs"],
    class: "notExpressible",
    reason: "images of public registries are never fetched by tests",
    fits: (test) => operation(test) === "networkImage",
  },
];
