// Images signed with certificates, right but for what a test changes.

import assert from "node:assert/strict";
import type { Judgement } from "#component/types";
import type { PolicyCore } from "../../../host/core/core.js";
import { annotated, logged } from "../../support/rekor.js";
import { generateKey, type LegacySignature, type SigningKey } from "../../support/sign.js";
import {
  alternativeNames,
  authority,
  type CertificateWish,
  CODE_SIGNING,
  dns,
  email,
  extendedKeyUsage,
  fulcioIssuer,
  type Issued,
  ip,
  issue,
  keyUsage,
  LONG,
  T0,
  uri,
} from "../../support/x509.js";
import { coreWith, imageNamed, judge, signature } from "./judging.js";

export const CERTIFICATE = "dev.sigstore.cosign/certificate";
export const CHAIN = "dev.sigstore.cosign/chain";

export const EMAIL = "dev@acme.example";
export const ISSUER = "https://accounts.example";
export const HOST = "build.acme.example";
export const WORKFLOW = "https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1.2.3";

export const ROOT = authority("root");
export const INTERMEDIATE = authority("intermediate", ROOT);
export const LOG = generateKey();

const LOG_PATH = "/keys/rekor.pub";
const CA_PATH = "/keys/ca.pem";

const MATCH = { type: "matchRepository" };

export interface Trust {
  /** PEM of the trusted certificates; null for a file that cannot be read. */
  ca?: string | null;
  /** Members of `fulcio` or `pki`, in place of the usual ones. */
  members?: Readonly<Record<string, unknown>>;
}

export function fulcioCore({ ca = ROOT.pem, members = { subjectEmail: EMAIL } }: Trust = {}): PolicyCore {
  const requirement = {
    type: "sigstoreSigned",
    fulcio: { caPath: CA_PATH, oidcIssuer: ISSUER, ...members },
    rekorPublicKeyPath: LOG_PATH,
    signedIdentity: MATCH,
  };
  return coreWith([requirement], { [CA_PATH]: ca, [LOG_PATH]: LOG.publicPem });
}

export function pkiCore({
  ca = ROOT.pem,
  members = { subjectEmail: EMAIL, subjectHostname: HOST },
}: Trust = {}): PolicyCore {
  const requirement = {
    type: "sigstoreSigned",
    pki: { caRootsPath: CA_PATH, ...members },
    signedIdentity: MATCH,
  };
  return coreWith([requirement], { [CA_PATH]: ca });
}

/** What a leaf of Fulcio has, beside what it is changed to. */
export function fulcioLeaf(
  wish: CertificateWish & { names?: readonly Buffer[]; more?: readonly Buffer[] } = {},
): Issued {
  const { names = [email(EMAIL)], more = [fulcioIssuer(ISSUER)], ...rest } = wish;
  return issue({
    subject: Buffer.from([0x30, 0]),
    issuer: INTERMEDIATE,
    extensions: [keyUsage(0x80), extendedKeyUsage(CODE_SIGNING), alternativeNames(names, true), ...more],
    ...rest,
  });
}

export function workloadLeaf(...uris: readonly string[]): Issued {
  return fulcioLeaf({ names: uris.map(uri) });
}

/** What a leaf of one's own has. */
export function pkiLeaf(wish: CertificateWish & { names?: readonly Buffer[] } = {}): Issued {
  const { names = [email(EMAIL), dns(HOST), ip(192, 0, 2, 1)], ...rest } = wish;
  return issue({
    issuer: INTERMEDIATE,
    ...LONG,
    extensions: [extendedKeyUsage(CODE_SIGNING), alternativeNames(names)],
    ...rest,
  });
}

export interface Beside {
  /** PEM; undefined for none. */
  certificate?: string | undefined;
  chain?: string | undefined;
  /** Unix seconds of the log entry. */
  time?: number;
  log?: SigningKey;
  /** PEM of what is logged. */
  verifier?: string;
}

export const USUAL_CHAIN = INTERMEDIATE.pem + ROOT.pem;

/** A signature of the image with the leaf's key, and what stands beside it. */
export function signedBy(leaf: Issued, beside: Beside = {}): LegacySignature {
  const { certificate, chain } = { certificate: leaf.pem, chain: USUAL_CHAIN, ...beside };
  return annotated(signature({ key: { privateKey: leaf.keys.privateKey, publicPem: "" } }), {
    ...(certificate === undefined ? {} : { [CERTIFICATE]: certificate }),
    ...(chain === undefined ? {} : { [CHAIN]: chain }),
  });
}

/** The same, logged. */
export function keyless(leaf: Issued, beside: Beside = {}): LegacySignature {
  const { time = T0, log = LOG, verifier = beside.certificate ?? leaf.pem } = beside;
  return logged(signedBy(leaf, beside), { logKey: log.privateKey, verifier, time });
}

export function judgeFulcio(leaf: Issued, beside: Beside = {}, trust: Trust = {}): Judgement {
  return judge(fulcioCore(trust), imageNamed(), { signatures: [keyless(leaf, beside)] });
}

/** At T0. */
export function judgePki(leaf: Issued, beside: Beside = {}, trust: Trust = {}, now = T0): Judgement {
  return judge(pkiCore(trust), imageNamed(), { signatures: [signedBy(leaf, beside)] }, BigInt(now));
}

export function accepted(judgement: Judgement): Judgement {
  assert.equal(judgement.code, "accepted", judgement.reason);
  return judgement;
}

export function refused(judgement: Judgement, code: Judgement["code"], reason = /./): void {
  assert.equal(judgement.ok, false);
  assert.equal(judgement.code, code, judgement.reason);
  assert.match(judgement.reason, /^[\x20-\x7e]{1,300}$/);
  assert.match(judgement.reason, reason);
}
