// Images signed with certificates by cosign, and keyless ones, in a real registry: skopeo and we give the same verdicts.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { countersign } from "../support/countersign/cli.js";
import { makeImage } from "../support/image.js";
import { Parts } from "../support/parts.js";
import { pushOverHttp, pushSignatureOverHttp } from "../support/peers/content.js";
import { Cosign } from "../support/peers/cosign.js";
import { DockerRegistry } from "../support/peers/docker-registry.js";
import { findPeers } from "../support/peers/peers.js";
import { Skopeo } from "../support/peers/skopeo.js";
import { annotated, logged } from "../support/rekor.js";
import { generateKey, signLegacy } from "../support/sign.js";
import {
  alternativeNames,
  authority,
  CODE_SIGNING,
  dns,
  email,
  extendedKeyUsage,
  fulcioIssuerV2,
  issue,
  newKeys,
} from "../support/x509.js";

const peers = findPeers();
const skip = "unavailable" in peers ? peers.unavailable : false;

const EMAIL = "dev@acme.example";
const ISSUER = "https://accounts.example";
const HOUR = 3600;
const NOW = Math.floor(Date.now() / 1000);
const LONG = { notBefore: NOW - 1000 * HOUR, notAfter: NOW + 1000 * HOUR };

const ROOT = authority("root", undefined, LONG);
const INTERMEDIATE = authority("intermediate", ROOT, LONG);
const LOG = generateKey();
const names = [email(EMAIL), dns("build.acme.example")];
const extensions = [extendedKeyUsage(CODE_SIGNING), alternativeNames(names), fulcioIssuerV2(ISSUER)];
const LEAF = issue({ issuer: INTERMEDIATE, ...LONG, keys: newKeys(), extensions });
/** Valid for an hour, yesterday. */
const KEYLESS = issue({
  issuer: INTERMEDIATE,
  notBefore: NOW - 24 * HOUR,
  notAfter: NOW - 23 * HOUR,
  extensions,
});

let parts: Parts | undefined;
let stage: Stage;

interface Stage {
  skopeo: Skopeo;
  /** Certified by cosign 2, by cosign 3, which leaves the chain out, and keyless. */
  certified: string;
  chainless: string;
  keyless: string;
  file(name: string, content: string): Promise<string>;
}

before(async () => {
  if ("unavailable" in peers) return;
  stage = await Parts.gather(async (gathered) => {
    parts = gathered;
    const { folder } = gathered;
    const { host } = gathered.add(await DockerRegistry.start(peers, folder));
    const file = async (name: string, content: string) => {
      await writeFile(join(folder, name), content);
      return join(folder, name);
    };
    const certificate = await file("leaf.pem", LEAF.pem);
    const chain = await file("chain.pem", INTERMEDIATE.pem + ROOT.pem);

    const cosign3 = new Cosign(peers, folder);
    const key = await cosign3.importKey("signer", LEAF.keys.privateKey);
    const certify = async (repository: string, cosign: Cosign) => {
      const image = makeImage({ seed: repository });
      await pushOverHttp(host, repository, image, "1");
      await cosign.signCertified(key, `${host}/${repository}@${image.digest}`, certificate, chain);
    };
    await certify("certified", new Cosign(peers, folder, "cosign-2"));
    await certify("chainless", cosign3);

    const second = makeImage({ seed: "keyless" });
    await pushOverHttp(host, "keyless", second, "1");
    const plain = signLegacy({
      privateKey: KEYLESS.keys.privateKey,
      dockerReference: `${host}/keyless`,
      manifestDigest: second.digest,
    });
    const signature = annotated(plain, {
      "dev.sigstore.cosign/certificate": KEYLESS.pem,
      "dev.sigstore.cosign/chain": INTERMEDIATE.pem + ROOT.pem,
    });
    const wish = { logKey: LOG.privateKey, verifier: KEYLESS.pem, time: NOW - 23.5 * HOUR };
    await pushSignatureOverHttp(host, "keyless", second.digest, logged(signature, wish));
    const skopeo = await Skopeo.prepare(peers, folder);
    const [certified, chainless, keyless] = ["certified", "chainless", "keyless"].map(
      (name) => `${host}/${name}:1`,
    );
    return { skopeo, certified, chainless, keyless, file } as Stage;
  });
});

after(() => parts?.stop());

const base64 = (text: string) => Buffer.from(text).toString("base64");
const PKI = { caRootsData: base64(ROOT.pem), subjectEmail: EMAIL, subjectHostname: "build.acme.example" };
const FULCIO = { caData: base64(ROOT.pem), oidcIssuer: ISSUER, subjectEmail: EMAIL };
const REKOR = base64(LOG.publicPem);
const OTHER = base64(authority("other").pem);

const CASES: [
  what: string,
  image: "certified" | "chainless" | "keyless",
  requirement: object,
  code: string,
][] = [
  ["pki", "certified", { pki: PKI }, "accepted"],
  ["pki, no chain", "chainless", { pki: PKI }, "certificate-chain-invalid"],
  [
    "pki, intermediates in the policy",
    "chainless",
    { pki: { ...PKI, caIntermediatesData: base64(INTERMEDIATE.pem) } },
    "accepted",
  ],
  ["pki, another root", "certified", { pki: { ...PKI, caRootsData: OTHER } }, "certificate-chain-invalid"],
  [
    "pki, another person",
    "certified",
    { pki: { ...PKI, subjectEmail: "x@y.z" } },
    "certificate-identity-mismatch",
  ],
  [
    "pki, another host",
    "certified",
    { pki: { ...PKI, subjectHostname: "a.b" } },
    "certificate-identity-mismatch",
  ],
  ["pki, expired", "keyless", { pki: PKI }, "certificate-expired"],
  ["fulcio", "keyless", { fulcio: FULCIO, rekorPublicKeyData: REKOR }, "accepted"],
  ["fulcio, not logged", "certified", { fulcio: FULCIO, rekorPublicKeyData: REKOR }, "log-entry-missing"],
  [
    "fulcio, another log",
    "keyless",
    { fulcio: FULCIO, rekorPublicKeyData: base64(generateKey().publicPem) },
    "log-entry-invalid",
  ],
  [
    "fulcio, another issuer",
    "keyless",
    { fulcio: { ...FULCIO, oidcIssuer: `${ISSUER}/` }, rekorPublicKeyData: REKOR },
    "certificate-identity-mismatch",
  ],
  ["the key alone", "certified", { keyData: base64(publicPem(LEAF.keys)) }, "accepted"],
  [
    "the key, logged",
    "certified",
    { keyData: base64(publicPem(LEAF.keys)), rekorPublicKeyData: REKOR },
    "log-entry-missing",
  ],
];

function publicPem({ publicKey }: typeof LEAF.keys): string {
  return publicKey.export({ type: "spki", format: "pem" }).toString();
}

for (const [what, image, requirement, code] of CASES) {
  test(`${what}: ${code}`, { skip }, async () => {
    const signedIdentity = { type: "matchRepository" };
    const policy = { default: [{ type: "sigstoreSigned", ...requirement, signedIdentity }] };
    const file = await stage.file(`${what}.json`, JSON.stringify(policy));
    const { stdout } = await countersign("verify", "--policy", file, "--json", stage[image]);
    const judgement = JSON.parse(stdout);
    assert.equal(judgement.code, code, judgement.reason);
    const upstream = await stage.skopeo.judge(file, stage[image]);
    assert.equal(upstream.is === "allowed", judgement.ok, upstream.because);
  });
}
