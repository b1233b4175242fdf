// Keyless signatures on the whole way: a registry, the signature manifest with its annotations, the command line.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { startRegistry } from "../../support/registry/registry.js";
import { logged } from "../../support/rekor.js";
import { generateKey, makeImage, pushImage, pushSignatures, signLegacy } from "../../support/sign.js";
import {
  alternativeNames,
  authority,
  CODE_SIGNING,
  email,
  extendedKeyUsage,
  fulcioIssuerV2,
  type Issued,
  issue,
  uri,
} from "../../support/x509.js";
import { policyFile, REJECT_ALL, runCli, temporaryFolder } from "./run-cli.js";

const ISSUER = "https://token.actions.example";
const WORKFLOW = "https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1";
const SIGNED_AT = Math.floor(Date.now() / 1000) - 86_400;
const ALWAYS = { notBefore: 0, notAfter: 4_000_000_000 };

const ROOT = authority("root", undefined, ALWAYS);
const INTERMEDIATE = authority("intermediate", ROOT, ALWAYS);
const LOG = generateKey();

/** A certificate that was valid for ten minutes, yesterday. */
const WORKLOAD = issue({
  issuer: INTERMEDIATE,
  notBefore: SIGNED_AT - 1,
  notAfter: SIGNED_AT + 600,
  extensions: [
    extendedKeyUsage(CODE_SIGNING),
    alternativeNames([uri(WORKFLOW)], true),
    fulcioIssuerV2(ISSUER),
  ],
});
const PERSON = issue({
  issuer: INTERMEDIATE,
  ...ALWAYS,
  extensions: [alternativeNames([email("dev@acme.example")])],
});

/** A registry with an image signed with each certificate, and files for a policy. */
async function signedByCertificates(t: TestContext) {
  const registry = await startRegistry();
  t.after(() => registry.close());
  const push = (tag: string, { keys, pem }: Issued, isLogged: boolean) => {
    const digest = pushImage(registry, "app", makeImage({ seed: tag }), tag);
    const dockerReference = `${registry.host}/app`;
    const signature = signLegacy({ privateKey: keys.privateKey, dockerReference, manifestDigest: digest });
    const annotations = {
      "dev.sigstore.cosign/certificate": pem,
      "dev.sigstore.cosign/chain": INTERMEDIATE.pem + ROOT.pem,
    };
    const certified = { ...signature, annotations };
    const wish = { logKey: LOG.privateKey, verifier: pem, time: SIGNED_AT };
    pushSignatures(registry, "app", digest, [isLogged ? logged(certified, wish) : certified]);
  };
  push("workload", WORKLOAD, true);
  push("unlogged", WORKLOAD, false);
  push("person", PERSON, false);

  const folder = temporaryFolder(t);
  const caPath = join(folder, "ca.pem");
  const rekorPublicKeyPath = join(folder, "rekor.pub");
  writeFileSync(caPath, ROOT.pem);
  writeFileSync(rekorPublicKeyPath, LOG.publicPem);
  const policyOf = (requirement: object) => {
    const whole = { type: "sigstoreSigned", ...requirement, signedIdentity: { type: "matchRepository" } };
    return policyFile(t, { ...REJECT_ALL, transports: { docker: { [registry.host]: [whole] } } });
  };
  const pattern = WORKFLOW.replace("app", "*").replace("v1", "v*");
  const byFulcio = policyOf({
    fulcio: { caPath, oidcIssuer: ISSUER, subjectURIPattern: pattern },
    rekorPublicKeyPath,
  });
  const byPki = policyOf({ pki: { caRootsPath: caPath, subjectEmail: "dev@acme.example" } });
  const verify = async (policy: string, tag: string) => {
    const args = ["verify", "--policy", policy, "--json", `${registry.host}/app:${tag}`];
    const { stdout, stderr } = await runCli(args);
    assert.notEqual(stdout, "", stderr);
    return JSON.parse(stdout);
  };
  return { byFulcio, byPki, verify, name: `${registry.host}/app:1`, pattern };
}

test("verify: a keyless signature is accepted at the time of its log entry, and who signed is told", async (t) => {
  const { byFulcio, verify } = await signedByCertificates(t);
  const judgement = await verify(byFulcio, "workload");
  assert.equal(judgement.code, "accepted", judgement.reason);
  assert.equal(judgement.signer, WORKFLOW);
  assert.equal((await verify(byFulcio, "unlogged")).code, "log-entry-missing");
  assert.equal((await verify(byFulcio, "person")).code, "log-entry-missing");
});

test("verify: a certificate of one's own is accepted by the host's clock", async (t) => {
  const { byPki, verify } = await signedByCertificates(t);
  const judgement = await verify(byPki, "person");
  assert.equal(judgement.code, "accepted", judgement.reason);
  assert.equal(judgement.signer, "dev@acme.example");
  // Yesterday's.
  assert.equal((await verify(byPki, "workload")).code, "certificate-expired");
});

test("policy explain: whom a certificate has to name, according to whom", async (t) => {
  const { byFulcio, byPki, name, pattern } = await signedByCertificates(t);
  const explained = async (policy: string) =>
    (await runCli(["policy", "explain", "--policy", policy, name])).stdout;
  const fulcio = await explained(byFulcio);
  assert.ok(fulcio.includes(`by ${pattern} according to ${ISSUER}, certified by fulcio of `), fulcio);
  assert.match(fulcio, /, logged in rekor, identity matchRepository/);
  assert.match(await explained(byPki), /by dev@acme\.example, certified by a pki of .*ca\.pem, identity/);
});

test("policy check: certificates are listed by their keys, and are no problem", async (t) => {
  const { byFulcio } = await signedByCertificates(t);
  const { stdout } = await runCli(["policy", "check", "--json", byFulcio]);
  const { keys } = JSON.parse(stdout);
  assert.deepEqual(
    keys.map(({ path, problem }: { path: string; problem: string }) => [path.split(".").at(-1), problem]),
    [
      ["caPath", ""],
      ["rekorPublicKeyPath", ""],
    ],
  );
});
