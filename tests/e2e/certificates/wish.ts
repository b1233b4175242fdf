// Signatures with certificates, composed from a seed: most of each is right, so that what is wrong decides.

import fc from "fast-check";
import { oneOf } from "../../oracle/weights.js";
import {
  ANY_USAGE,
  alternativeNames,
  basicConstraints,
  CODE_SIGNING,
  dns,
  email,
  extendedKeyUsage,
  extension,
  fulcioIssuer,
  fulcioIssuerV2,
  type Issued,
  ip,
  issue,
  keyUsage,
  nameConstraints,
  newKeys,
  otherName,
  SERVER_AUTH,
  T0,
  uri,
} from "../../support/x509.js";

import { change, changedDer } from "./changed-der.js";

export const ISSUER = "https://accounts.example";
export const EMAIL = "dev@acme.example";
export const HOST = "build.acme.example";

const VALIDITY = {
  now: { notBefore: 1_000_000_000, notAfter: 3_000_000_000 },
  past: { notBefore: 1_000_000_000, notAfter: 1_500_000_000 },
  future: { notBefore: 2_900_000_000, notAfter: 3_000_000_000 },
};

const USAGES: Record<string, readonly string[]> = {
  code: [CODE_SIGNING],
  server: [SERVER_AUTH],
  any: [ANY_USAGE],
  both: [SERVER_AUTH, CODE_SIGNING],
};

const NAMES = [
  email(EMAIL),
  email("Dev@acme.example"),
  email("other@evil.example"),
  dns(HOST),
  dns("*.acme.example"),
  dns("evil.example"),
  uri("https://acme.example/x"),
  uri("https://192.0.2.1/"),
  uri("urn:x"),
  ip(192, 0, 2, 1),
  otherName(),
];

const CONSTRAINTS: Record<string, Parameters<typeof nameConstraints>[0]> = {
  "e-mail": { permitted: [email("acme.example")] },
  mailbox: { permitted: [email(EMAIL)] },
  "no mailbox": { excluded: [email(EMAIL)] },
  "below a domain": { permitted: [dns(".acme.example")] },
  domain: { permitted: [dns("acme.example")], excluded: [dns("evil.acme.example")] },
  "no domain": { excluded: [dns("evil.example")] },
  uri: { permitted: [uri("acme.example")] },
  net: { permitted: [ip(192, 0, 2, 0, 255, 255, 255, 0)] },
};

const FULCIO_ISSUERS: Record<string, readonly Buffer[]> = {
  none: [],
  first: [fulcioIssuer(ISSUER)],
  second: [fulcioIssuerV2(ISSUER)],
  both: [fulcioIssuer(ISSUER), fulcioIssuerV2(ISSUER)],
  differing: [fulcioIssuer(ISSUER), fulcioIssuerV2(`${ISSUER}/`)],
  slash: [fulcioIssuer(`${ISSUER}/`)],
  printable: [fulcioIssuerV2(ISSUER, 0x13)],
  octets: [fulcioIssuerV2(ISSUER, 0x04)],
};

const common = {
  usage: oneOf(["none", "code", "server", "any", "both"], 6, 6, 0.5, 1, 1),
  validity: oneOf(["now", "past", "future"] as const, 20, 0.5, 0.5),
  curve: oneOf(["P-256", "P-384", "P-521"], 5, 2, 1),
  hash: oneOf(["sha256", "sha384", "sha512"] as const, 4, 1, 1),
  unknown: oneOf(["none", "critical", "other"], 20, 0.5, 1),
  isForged: oneOf([false, true], 24, 0.5),
  change: fc.oneof({ weight: 8, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: change }),
};

const authorityWish = fc.record({
  ...common,
  ca: oneOf(["yes", "no", "none"], 20, 0.5, 0.5),
  keyUsage: oneOf([undefined, 0x06, 0x80], 3, 12, 0.5),
  pathLength: oneOf([undefined, 0, 1], 8, 2, 2),
  constraints: oneOf(["none", ...Object.keys(CONSTRAINTS)], 16, ...Object.keys(CONSTRAINTS).map(() => 0.6)),
});

const leafWish = fc.record({
  ...common,
  /** One for each of NAMES: whether it is there. */
  names: fc.tuple(
    ...NAMES.map((_, i) =>
      i === 0 ? oneOf([true, false], 12, 1) : oneOf([true, false], i === 3 ? 6 : 1, i === 3 ? 1 : 7),
    ),
  ),
  areNamesCritical: fc.boolean(),
  fulcioIssuer: oneOf(Object.keys(FULCIO_ISSUERS), 0.5, 6, 5, 2, 0.5, 0.5, 1, 0.5),
});

export const signatureWish = fc.record({
  source: oneOf(["fulcio", "pki"] as const, 1, 1),
  leaf: leafWish,
  authorities: fc.array(authorityWish, { minLength: 1, maxLength: 3 }),
  chain: oneOf(["whole", "reversed", "without the last", "none", "twice"] as const, 16, 0.7, 0.5, 0.5, 1),
  trusted: oneOf(["root", "lowest", "all", "other"] as const, 16, 1, 1, 0.5),
  /** pki: which the policy has. */
  intermediates: fc.boolean(),
  email: oneOf([EMAIL, "other@evil.example", ""], 12, 0.5, 1),
  host: oneOf(
    ["", HOST, "BUILD.acme.example.", "a.b.acme.example", "192.0.2.1", "[192.0.2.1]"],
    4,
    3,
    1,
    1,
    1,
    1,
  ),
});

export type SignatureWish = typeof signatureWish extends fc.Arbitrary<infer T> ? T : never;
type AuthorityWish = typeof authorityWish extends fc.Arbitrary<infer T> ? T : never;

/** Whether some certificate is not as its DER was composed. */
export function isChanged({ leaf, authorities }: SignatureWish): boolean {
  return [leaf, ...authorities].some(({ change }) => change !== null);
}

export interface Certificates {
  leaf: Issued;
  /** PEM. */
  chain: string;
  trusted: string;
  intermediates: string;
}

export function certificatesFor({ leaf: wish, authorities, ...rest }: SignatureWish): Certificates {
  const issuers: Issued[] = [];
  for (const [i, authority] of authorities.entries())
    issuers.unshift(authorityFor(authority, `ca ${i}`, issuers[0]));
  const names = NAMES.filter((_, i) => wish.names[i]);
  const leaf = issue({
    ...madeAs(wish, issuers[0]),
    name: "leaf",
    extensions: [
      ...usageOf(wish),
      ...(names.length > 0 ? [alternativeNames(names, wish.areNamesCritical)] : []),
      ...(FULCIO_ISSUERS[wish.fulcioIssuer] ?? []),
    ],
  });
  const pems = issuers.map(({ pem }) => pem);
  const chain = {
    whole: pems,
    reversed: pems.toReversed(),
    "without the last": pems.slice(0, -1),
    none: [],
    twice: [...pems, ...pems],
  }[rest.chain];
  const trusted = { root: pems.slice(-1), lowest: pems.slice(0, 1), all: pems, other: [issue().pem] }[
    rest.trusted
  ];
  return {
    leaf,
    chain: chain.join(""),
    trusted: trusted.join(""),
    intermediates: pems.slice(0, -1).join(""),
  };
}

function authorityFor(wish: AuthorityWish, name: string, issuer: Issued | undefined): Issued {
  return issue({
    ...madeAs(wish, issuer),
    name,
    extensions: [
      ...usageOf(wish),
      ...(wish.ca === "none"
        ? []
        : [basicConstraints(wish.ca === "yes", wish.ca === "yes" ? wish.pathLength : undefined)]),
      ...(wish.keyUsage === undefined ? [] : [keyUsage(wish.keyUsage)]),
      ...(wish.constraints === "none" ? [] : [nameConstraints(CONSTRAINTS[wish.constraints] ?? {})]),
    ],
  });
}

function madeAs(
  wish: Pick<AuthorityWish, "validity" | "curve" | "hash" | "isForged" | "change">,
  issuer: Issued | undefined,
) {
  const { validity, curve, hash, isForged, change } = wish;
  const signer = issuer !== undefined && isForged ? { ...issuer, keys: newKeys() } : issuer;
  const changed = change === null ? undefined : (signed: Buffer) => changedDer(signed, change);
  return { ...VALIDITY[validity], keys: newKeys(curve), hash, issuer: signer, changed };
}

function usageOf({ usage, unknown }: Pick<AuthorityWish, "usage" | "unknown">): Buffer[] {
  const usages = USAGES[usage];
  return [
    ...(usages === undefined ? [] : [extendedKeyUsage(...usages)]),
    ...(unknown === "none" ? [] : [extension("1.2.3.4", Buffer.of(5, 0), unknown === "critical")]),
  ];
}

export { T0 };
