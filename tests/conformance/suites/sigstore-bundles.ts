import { digestOf } from "../../../host/oci/digest.js";
import { OCI_MANIFEST, SIGSTORE_BUNDLE } from "../../../host/oci/media-types.js";
import { parseKey, verify } from "../../host/crypto/probe.js";
import { makeImage } from "../../support/image.js";
import { type Case, flag, isObject, MalformedCase, text } from "../corpus.js";
import { joined, onlyImage, referringBundle } from "../cosign/stored.js";
import { SUITE } from "../sigstore-corpus.js";
import type { Subject } from "../subject.js";
import type { Suite } from "../suite.js";
import { judgeImageCase } from "./cosign-image.js";

const IMAGE = makeImage();

/**
 * A bundle that signs a file with a key. Our cryptography says whether it does; of an image it is no signature, whoever
 * made it.
 */
export const sigstoreBundles: Suite = {
  name: SUITE,
  observe(test, subject) {
    const { ok, code, reason } = judgeBesideImage(test, subject);
    const upstream = { accept: flag(test, "accept"), asSignatureOfImage: false };
    return { upstream, ours: { accept: signsArtifact(test), asSignatureOfImage: ok }, code, reason };
  },
};

/** The judgement on an image that the bundle refers to, by a policy with its key. */
function judgeBesideImage(test: Case, subject: Subject) {
  const bundle = Buffer.from(text(test, "bundle"), "base64");
  const layer = { mediaType: SIGSTORE_BUNDLE, digest: digestOf(bundle), size: bundle.length };
  const manifest = Buffer.from(JSON.stringify({ mediaType: OCI_MANIFEST, layers: [layer] }));
  const requirement = {
    type: "sigstoreSigned",
    keyData: text(test, "key"),
    signedIdentity: { type: "matchDigest" },
  };
  const image: Case = {
    id: test.id,
    transport: "docker",
    imageReference: "registry.example/app:1",
    digest: IMAGE.digest,
    stored: joined(onlyImage(IMAGE), referringBundle(IMAGE.digest, manifest, bundle)),
  };
  return judgeImageCase(image, subject.core({ default: [requirement] }));
}

function signsArtifact(test: Case): boolean {
  const pem = Buffer.from(text(test, "key"), "base64").toString();
  const artifact = Buffer.from(text(test, "artifact"), "base64");
  return typeof parseKey(pem) !== "string" && verify(pem, artifact, signatureOf(test));
}

function signatureOf(test: Case): Buffer {
  const bundle: unknown = JSON.parse(Buffer.from(text(test, "bundle"), "base64").toString());
  const signed = isObject(bundle) ? bundle["messageSignature"] : undefined;
  if (!isObject(signed)) throw new MalformedCase("the bundle does not sign a file");
  return Buffer.from(String(signed["signature"]), "base64");
}
