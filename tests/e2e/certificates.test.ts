// Go's crypto/x509 as an oracle: skopeo and we judge certificates composed from a seed by the same policies. Nothing differs:
// where we are stricter (tests/host/judge/fulcio.test.ts) is nothing that is composed here. Where their DER was changed we may be.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { PolicyCore } from "../../host/core/core.js";
import { OCI_MANIFEST, SIMPLE_SIGNING } from "../../host/oci/media-types.js";
import { descriptor } from "../conformance/image.js";
import { judge, simpleSigning } from "../conformance/judge.js";
import { makeImage } from "../support/image.js";
import { findPeers } from "../support/peers/peers.js";
import { finish } from "../support/process.js";
import { annotated, logged } from "../support/rekor.js";
import { generateKey, signLegacy } from "../support/sign.js";
import {
  type Certificates,
  certificatesFor,
  ISSUER,
  isChanged,
  type SignatureWish,
  signatureWish,
  T0,
} from "./certificates/wish.js";

const REPOSITORY = "registry.example/app";
/** More on request: COUNTERSIGN_CERTIFICATES=2000, COUNTERSIGN_SEED=… */
const COUNT = Number(process.env["COUNTERSIGN_CERTIFICATES"] ?? 60);
const SEED = Number(process.env["COUNTERSIGN_SEED"] ?? 1);

const IMAGE = makeImage({ seed: "certificates" });
const LOG = generateKey();
const peers = findPeers();
const skip = "unavailable" in peers ? peers.unavailable : false;

const base64 = (text: string) => Buffer.from(text).toString("base64");

function policyFor(wish: SignatureWish, { trusted, intermediates }: Certificates) {
  const fulcio = {
    caData: base64(trusted),
    oidcIssuer: ISSUER,
    subjectEmail: wish.email || "dev@acme.example",
  };
  const pki = {
    caRootsData: base64(trusted),
    ...(wish.intermediates && intermediates !== "" ? { caIntermediatesData: base64(intermediates) } : {}),
    subjectEmail: wish.email,
    subjectHostname: wish.email === "" && wish.host === "" ? "build.acme.example" : wish.host,
  };
  const source = wish.source === "fulcio" ? { fulcio, rekorPublicKeyData: base64(LOG.publicPem) } : { pki };
  const signedIdentity = { type: "exactRepository", dockerRepository: REPOSITORY };
  return { default: [{ type: "sigstoreSigned", ...source, signedIdentity }] };
}

function signatureFor(wish: SignatureWish, { leaf, chain }: Certificates) {
  const signature = annotated(
    signLegacy({
      privateKey: leaf.keys.privateKey,
      dockerReference: REPOSITORY,
      manifestDigest: IMAGE.digest,
    }),
    { "dev.sigstore.cosign/certificate": leaf.pem, "dev.sigstore.cosign/chain": chain },
  );
  if (wish.source === "pki") return signature;
  return logged(signature, { logKey: LOG.privateKey, verifier: leaf.pem, time: T0 });
}

test(`skopeo and we agree on ${COUNT} signatures with certificates`, { skip }, async (t) => {
  if ("unavailable" in peers) return;
  const folder = mkdtempSync(join(tmpdir(), "countersign-certificates-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const verdicts = { accepted: 0, refused: 0 };
  const differing: unknown[] = [];
  for (const [i, wish] of fc.sample(signatureWish, { numRuns: COUNT, seed: SEED }).entries()) {
    const certificates = certificatesFor(wish);
    const policy = JSON.stringify(policyFor(wish, certificates));
    const { payload, signature, annotations } = signatureFor(wish, certificates);
    const stored = {
      mimeType: SIMPLE_SIGNING,
      payload: Buffer.from(payload),
      annotations: { "dev.cosignproject.cosign/signature": signature, ...annotations },
    };
    const image = {
      ...{ transport: "docker", name: `${REPOSITORY}:1`, mode: "user" as const, digest: "" },
      descriptor: descriptor(OCI_MANIFEST, IMAGE.digest, IMAGE.bytes.length),
    };
    const core = PolicyCore.load(Buffer.from(policy), () => null);
    const ours = judge(core, image, [simpleSigning(stored)], { manifest: IMAGE.bytes });

    const at = join(folder, String(i));
    mkdirSync(at);
    writeFileSync(join(at, "policy.json"), policy);
    writeFileSync(join(at, "version"), "Directory Transport Version: 1.1\n");
    writeFileSync(join(at, "manifest.json"), IMAGE.bytes);
    const text = JSON.stringify({ ...stored, payload: stored.payload.toString("base64") });
    writeFileSync(join(at, "signature-1"), `\0sigstore-json\n${text}`);
    const args = ["--policy", join(at, "policy.json"), "copy", "--quiet", `dir:${at}`, `dir:${at}-copy`];
    const { stderr } = await finish(join(peers.bin, "skopeo"), args, {
      env: { ...process.env, HOME: folder },
    });
    const [, because] = /Source image rejected: (.*)/s.exec(stderr) ?? [];
    // The image's blobs are not there: what is accepted fails at the first of them.
    assert.ok(because !== undefined || /no such file or directory/.test(stderr), stderr);
    verdicts[because === undefined ? "accepted" : "refused"]++;
    const isStricter = !ours.ok && isChanged(wish);
    if (ours.ok !== (because === undefined) && !isStricter)
      differing.push({ wish, ours: ours.reason, upstream: because });
  }
  assert.deepEqual(differing, [], `seed ${SEED}`);
  assert.ok(verdicts.accepted >= COUNT / 6 && verdicts.refused >= COUNT / 6, JSON.stringify(verdicts));
});
