// Certification paths (RFC 5280, 6) with the verdicts of Go's crypto/x509, Certificate.Verify, for code signing: from a
// certificate up to a trust anchor, every one valid at the time, and each allowed to be where it is by those above it. Go's
// peculiarities are kept: an anchor is judged as any other certificate, except that one of version 1 may issue; a
// certificate that is itself an anchor needs no issuer; identifiers of keys are not looked at, nor are revocations.
//
// Stricter: SHA-1, RSASSA-PSS, P-224 and RSA below 2048 or above 4096 bits verify nothing.

import { NAME_COMPARISONS, PATH_CERTIFICATES, PATH_STEPS } from "../limits";
import { costOf } from "../sig/cost";
import { SignatureAlgorithm, verifyByAlgorithm } from "../sig/signature-algorithm";
import { Certificate } from "./certificate";
import { NameCheck } from "./name-constraints";

/** Why there is no path; of several reasons, the one that stands last here. */
export enum PathProblem {
  None,
  NoIssuer,
  Signature,
  Unsupported,
  NotCa,
  Length,
  Critical,
  Names,
  Usage,
  NotYetValid,
  Expired,
  Budget,
}

/** A search for one path, with all its bounds. */
export class PathSearch {
  problem: PathProblem = PathProblem.NoIssuer;
  /** What it has cost, in verifications by ECDSA P-256. */
  cost: i32 = 0;
  private stepsLeft: i32 = PATH_STEPS;
  private readonly names: NameCheck = new NameCheck(NAME_COMPARISONS);
  /** From the leaf up. */
  private readonly path: Array<Certificate> = [];

  constructor(
    private readonly anchors: Array<Certificate>,
    /** Not trusted: they may stand between, if they fit. */
    private readonly untrustedIntermediates: Array<Certificate>,
    /** Unix seconds. */
    private readonly time: i64,
    private readonly costLimit: i32,
  ) {}

  /**
   * Whether there is a path from `leaf` to an anchor. With `toleratesNames`, the leaf's alternative names do not count
   * as an unknown critical extension, even if they are of no kind known here.
   */
  find(leaf: Certificate, toleratesNames: bool): bool {
    if (!this.isAcceptable(leaf, !toleratesNames)) return false;
    for (let i = 0; i < this.anchors.length; i++) {
      if (this.anchors[i].der.equals(leaf.der)) return this.found();
    }
    this.path.push(leaf);
    return this.extend(leaf) && this.found();
  }

  private found(): bool {
    this.problem = PathProblem.None;
    return true;
  }

  /** Whether the path, which ends in `last`, can be continued to an anchor. */
  private extend(last: Certificate): bool {
    for (let i = 0; i < this.anchors.length; i++) {
      if (this.mayIssue(this.anchors[i], last, true)) return true;
    }
    if (this.path.length >= PATH_CERTIFICATES - 1) return false;
    for (let i = 0; i < this.untrustedIntermediates.length; i++) {
      const issuer = this.untrustedIntermediates[i];
      if (!this.mayIssue(issuer, last, false)) continue;
      this.path.push(issuer);
      if (this.extend(issuer)) return true;
      this.path.pop();
    }
    return false;
  }

  /** Whether `issuer` has issued `last`, and may stand above the path so far. */
  private mayIssue(issuer: Certificate, last: Certificate, isAnchor: bool): bool {
    if (this.problem == PathProblem.Budget || !issuer.subject.equals(last.issuer)) return false;
    for (let i = 0; i < this.path.length; i++) {
      if (this.path[i].subject.equals(issuer.subject) && this.path[i].spki.equals(issuer.spki)) return false;
    }
    if (--this.stepsLeft < 0) return this.fail(PathProblem.Budget);
    return (
      this.isIssuerOf(issuer, last) && this.isAcceptable(issuer, true) && this.allowsPath(issuer, isAnchor)
    );
  }

  /** Go: CheckSignatureFrom. */
  private isIssuerOf(issuer: Certificate, last: Certificate): bool {
    const extensions = issuer.extensions;
    const isCa = extensions.hasBasicConstraints ? extensions.isCa : issuer.version < 3;
    if (!isCa || !extensions.maySignCertificates) return this.fail(PathProblem.NotCa);
    const key = issuer.key().key;
    if (key === null || last.algorithm == SignatureAlgorithm.Unsupported) {
      return this.fail(PathProblem.Unsupported);
    }
    const cost = costOf(key);
    if (this.cost + cost > this.costLimit) return this.fail(PathProblem.Budget);
    this.cost += cost;
    const isSigned = verifyByAlgorithm(last.algorithm, key, last.signedBytes, last.signature);
    return isSigned || this.fail(PathProblem.Signature);
  }

  /** Go: isValid, as far as the certificate is judged by itself; and its part of checkChainForKeyUsage. */
  private isAcceptable(certificate: Certificate, areNamesJudged: bool): bool {
    const extensions = certificate.extensions;
    if (extensions.hasUnknownCritical || (areNamesJudged && extensions.hasUnknownCriticalNames)) {
      return this.fail(PathProblem.Critical);
    }
    if (!extensions.maySignCode) return this.fail(PathProblem.Usage);
    if (this.time < certificate.notBefore) return this.fail(PathProblem.NotYetValid);
    return this.time <= certificate.notAfter || this.fail(PathProblem.Expired);
  }

  /** Go: isValid, as far as a certificate constrains those below it. */
  private allowsPath(issuer: Certificate, isAnchor: bool): bool {
    const extensions = issuer.extensions;
    const constraints = extensions.nameConstraints;
    if (constraints !== null) {
      for (let i = 0; i < this.path.length; i++) {
        const names = this.path[i].extensions.names;
        if (names !== null && !this.names.allows(constraints, names)) return this.fail(PathProblem.Names);
      }
    }
    if (!isAnchor && !extensions.isCa) return this.fail(PathProblem.NotCa);
    // RFC 5280, 4.2.1.9: certificates between this one and the leaf.
    if (extensions.pathLength >= 0 && this.path.length - 1 > extensions.pathLength) {
      return this.fail(PathProblem.Length);
    }
    return true;
  }

  private fail(problem: PathProblem): bool {
    if (problem > this.problem) this.problem = problem;
    return false;
  }
}
