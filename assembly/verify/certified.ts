// Is the certificate beside a signature one of the policy's (upstream: signature/fulcio_cert.go, pki_cert.go)? Its
// content counts only after a path to a trusted certificate was found.

import { Bytes } from "../bytes/bytes";
import { PATH_CERTIFICATES } from "../limits";
import { PublicKey } from "../sig/public-key";
import { Certificate } from "../x509/certificate";
import { parseCertificates } from "../x509/certificates";
import { GeneralNames } from "../x509/general-names";
import { PathProblem, PathSearch } from "../x509/path";
import { Budget } from "./budget";
import { Code } from "./code";
import { Judged, overBudget, rejected } from "./judged";
import { Reason } from "./reason";
import { UntrustedSignature } from "./signatures";

/** Which certificates count, and when. */
export class CertificateRules {
  constructor(
    readonly anchors: Array<Certificate>,
    readonly intermediates: Array<Certificate>,
    /** Unix seconds. */
    readonly time: i64,
    /** Whether the signer's certificate may have critical names of unknown kinds. */
    readonly toleratesNames: bool,
  ) {}
}

/** A certificate with a path to a trusted one, and its key; or why not. Only `certify` makes one. */
export class Certified {
  constructor(
    readonly rejection: Judged | null,
    private readonly certificate: Certificate | null,
  ) {}

  leaf(): Certificate {
    return this.certificate!;
  }

  key(): PublicKey {
    return this.certificate!.key().key!;
  }

  /** Its alternative names; empty without the extension. */
  names(): GeneralNames {
    const names = this.leaf().extensions.names;
    return names === null ? new GeneralNames() : names;
  }
}

/** Judges the certificate beside `untrusted`, which is there. */
export function certify(rules: CertificateRules, untrusted: UntrustedSignature, budget: Budget): Certified {
  // Reading costs, too.
  if (budget.exhausted) return new Certified(overBudget(untrusted), null);
  const leaves = parseCertificates(untrusted.annotations.certificate!, 1);
  if (leaves === null || leaves.length == 0) {
    return refused(untrusted, Code.CertificateMalformed, "not exactly one certificate in PEM and strict DER");
  }
  const chain = chainOf(untrusted);
  if (chain === null) {
    const what = "the chain beside the certificate is not at most 16 certificates in PEM and strict DER";
    return refused(untrusted, Code.CertificateMalformed, what);
  }
  const leaf = leaves[0];
  const search = new PathSearch(
    rules.anchors,
    rules.intermediates.concat(chain),
    rules.time,
    budget.remaining(),
  );
  const isFound = search.find(leaf, rules.toleratesNames);
  const isPaid = budget.spend(search.cost);
  assert(isPaid);
  if (search.problem == PathProblem.Budget) {
    budget.exhaust();
    return new Certified(overBudget(untrusted), null);
  }
  if (!isFound) return refused(untrusted, codeOf(search.problem), reasonOf(search.problem));
  const problem = leaf.key().problem;
  if (problem.length > 0) return refused(untrusted, Code.CertificateUnsupported, problem);
  return new Certified(null, leaf);
}

/**
 * The certificates beside that of the signer, without the last, which is supposed to be a root; null if one is malformed, or
 * its key: Go reads both at once.
 */
function chainOf(untrusted: UntrustedSignature): Array<Certificate> | null {
  const text = untrusted.annotations.chain;
  if (text === null || text.length == 0) return [];
  const chain = parseCertificates(text, PATH_CERTIFICATES);
  if (chain === null) return null;
  for (let i = 0; i < chain.length; i++) if (chain[i].key().isMalformed) return null;
  if (chain.length > 0) chain.pop();
  return chain;
}

function refused(untrusted: UntrustedSignature, code: Code, reason: string): Certified {
  return new Certified(rejected(untrusted, code, new Reason().text(reason)), null);
}

function codeOf(problem: PathProblem): Code {
  if (problem == PathProblem.NotYetValid || problem == PathProblem.Expired) return Code.CertificateExpired;
  return problem == PathProblem.Unsupported ? Code.CertificateUnsupported : Code.CertificateChainInvalid;
}

function reasonOf(problem: PathProblem): string {
  switch (problem) {
    case PathProblem.NoIssuer:
      return "no certificate of the policy, or of the chain, has issued the signer's";
    case PathProblem.Signature:
      return "a certificate is not signed by its claimed issuer";
    case PathProblem.Unsupported:
      return "a certificate has a key or a signature of an unsupported kind";
    case PathProblem.NotCa:
      return "a certificate was issued by one that may not issue certificates";
    case PathProblem.Length:
      return "there are more certificates between the signer's and the root than one of them allows";
    case PathProblem.Critical:
      return "a certificate has an unknown critical extension";
    case PathProblem.Names:
      return "a name in a certificate is not allowed by the certificates above it";
    case PathProblem.Usage:
      return "a certificate is not for code signing";
    case PathProblem.NotYetValid:
      return "a certificate is not yet valid at the time that counts";
    default:
      return "a certificate is no longer valid at the time that counts";
  }
}

/**
 * The rejection of a certificate for somebody else, or without a name. `found` is the name in it, `wanted` the
 * policy's.
 */
export function otherSigner(
  untrusted: UntrustedSignature,
  what: string,
  found: Bytes | null,
  wanted: Bytes,
): Judged {
  const reason = new Reason().text(what);
  if (found === null) reason.text(" none");
  else reason.text(" ").foreign(found);
  reason.text(", and not ").foreign(wanted);
  return rejected(untrusted, Code.CertificateIdentityMismatch, reason);
}

/** There has to be a certificate; a rejection if there is none. */
export function certificateMissing(untrusted: UntrustedSignature): Judged | null {
  if (untrusted.annotations.certificate !== null) return null;
  const reason = new Reason().text("the signature has no certificate, and the policy asks for one");
  return rejected(untrusted, Code.CertificateMissing, reason);
}
