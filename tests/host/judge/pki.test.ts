// Requirements with pki: what they have beside the rules of fulcio's certificates, with one thing broken each.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  alternativeNames,
  authority,
  basicConstraints,
  commonName,
  directoryName,
  dns,
  email,
  fulcioIssuer,
  type Issued,
  ip,
  issue,
  LONG,
  nameConstraints,
  newKeys,
  otherName,
  pemOf,
  T0,
  tlv,
  uri,
} from "../../support/x509.js";
import {
  accepted,
  EMAIL,
  HOST,
  INTERMEDIATE,
  judgePki,
  keyless,
  pkiCore,
  pkiLeaf,
  ROOT,
  refused,
  signedBy,
  USUAL_CHAIN,
} from "./certified.js";
import { bundle, imageNamed, judge, referring, signature } from "./judging.js";

const LEAF = pkiLeaf();

test("accepted: a certificate of one's own, valid now", () => {
  assert.equal(accepted(judgePki(LEAF)).signer, EMAIL);
  assert.equal(accepted(judgePki(LEAF, {}, { members: { subjectHostname: HOST } })).signer, HOST);
  // A log entry beside it does not matter, nor does Fulcio's issuer.
  accepted(judge(pkiCore(), imageNamed(), { signatures: [keyless(LEAF, { time: 0 })] }, BigInt(T0)));
});

test("certificate-missing", () => {
  refused(judgePki(LEAF, { certificate: undefined }), "certificate-missing");
  refused(judge(pkiCore(), imageNamed(), { signatures: [signature()] }, BigInt(T0)), "certificate-missing");
});

test("evidence-unsupported-for-requirement: a bundle", () => {
  const answers = { referrers: referring(bundle()) };
  refused(judge(pkiCore(), imageNamed(), answers), "evidence-unsupported-for-requirement");
});

test("certificate-expired: at the current time, to the second", () => {
  const leaf = pkiLeaf({ notBefore: T0 - 10, notAfter: T0 + 10 });
  for (const [now, isAccepted] of [
    [T0 - 11, false],
    [T0 - 10, true],
    [T0 + 10, true],
    [T0 + 11, false],
    [4_000_000_000, false],
  ] as const) {
    const judgement = judgePki(leaf, {}, {}, now);
    if (isAccepted) accepted(judgement);
    else refused(judgement, "certificate-expired");
  }
  // Neither the time of a log entry nor one in the payload stands in for it.
  const signatures = [keyless(leaf, { time: T0 })];
  refused(judge(pkiCore(), imageNamed(), { signatures }, BigInt(T0 + 11)), "certificate-expired");
  refused(judge(pkiCore(), imageNamed(), { signatures }, (1n << 64n) - 1n), "certificate-expired");
});

test("clock-invalid: a clock before this program was made, and a requirement that depends on it", () => {
  const leaf = pkiLeaf({ notBefore: 0 });
  const root = authority("old root", undefined, { notBefore: 0 });
  const old = pkiLeaf({ issuer: root, notBefore: 0 });
  accepted(judgePki(old, {}, { ca: root.pem }));
  for (const now of [0, 1_700_000_000, 1_795_564_799]) {
    refused(judgePki(old, {}, { ca: root.pem }, now), "clock-invalid", /clock/);
  }
  accepted(judgePki(old, {}, { ca: root.pem }, 1_795_564_800));
  refused(judgePki(leaf, {}, {}, 0), "clock-invalid");
});

test("certificate-malformed: not exactly one certificate", () => {
  for (const certificate of ["", "x", `${LEAF.pem}x`, LEAF.pem + LEAF.pem, LEAF.pem + INTERMEDIATE.pem]) {
    refused(judgePki(LEAF, { certificate }), "certificate-malformed");
  }
  accepted(judgePki(LEAF, { certificate: `a certificate\n${LEAF.pem}\n \n` }));
  refused(judgePki(LEAF, { chain: `${USUAL_CHAIN}x` }), "certificate-malformed", /chain/);
});

test("intermediates are those of the policy, and those of the chain but the last", () => {
  const members = { subjectEmail: EMAIL };
  const data = (...certificates: Issued[]) =>
    Buffer.from(certificates.map(({ pem }) => pem).join("")).toString("base64");
  const withIntermediates = { members: { ...members, caIntermediatesData: data(INTERMEDIATE) } };
  for (const chain of [undefined, "", ROOT.pem, INTERMEDIATE.pem]) {
    accepted(judgePki(LEAF, { chain }, withIntermediates));
    refused(judgePki(LEAF, { chain }), "certificate-chain-invalid", /no certificate/);
  }
  // What is an intermediate is not trusted, be it self-signed.
  const own = authority("own");
  const leaf = pkiLeaf({ issuer: own });
  const trust = { members: { ...members, caIntermediatesData: data(own) } };
  refused(judgePki(leaf, { chain: own.pem + own.pem }, trust), "certificate-chain-invalid");
});

test("trust-root-invalid and key-unreadable: roots and intermediates", () => {
  const plan = (members: object, ca: string | null = ROOT.pem) => {
    const outcome = pkiCore({ ca, members: { subjectEmail: EMAIL, ...members } }).plan(imageNamed());
    assert.equal(outcome.tag, "decided");
    return outcome.tag === "decided" ? outcome.val : assert.fail();
  };
  refused(plan({}, "junk"), "trust-root-invalid");
  refused(plan({}, null), "key-unreadable");
  refused(plan({ caIntermediatesPath: "/none" }), "key-unreadable");
  for (const intermediates of ["", "junk", `${ROOT.pem}x`, ROOT.pem + pemOf(Buffer.from("x"))]) {
    const caIntermediatesData = Buffer.from(intermediates).toString("base64");
    refused(plan({ caIntermediatesData }), "trust-root-invalid");
  }
});

test("certificate-chain-invalid: critical names that are not known", () => {
  const leaf = pkiLeaf({ extensions: [alternativeNames([otherName()], true)] });
  refused(judgePki(leaf), "certificate-chain-invalid", /critical/);
  accepted(judgePki(pkiLeaf({ extensions: [alternativeNames([email(EMAIL), dns(HOST)], true)] })));
});

test("certificate-identity-mismatch: the e-mail address, and both if both are asked for", () => {
  const judged = (...names: Buffer[]) => judgePki(pkiLeaf({ names }));
  refused(judged(email("other@acme.example"), dns(HOST)), "certificate-identity-mismatch", /other@acme/);
  refused(judged(email(EMAIL)), "certificate-identity-mismatch", /is for none/);
  refused(judged(dns(HOST)), "certificate-identity-mismatch", /names none/);
  refused(judged(email(EMAIL), dns("other.example")), "certificate-identity-mismatch", /other\.example/);
  accepted(judged(email("x@y.z"), email(EMAIL), dns("x.y"), dns(HOST)));
  const extensions = [fulcioIssuer("x")];
  refused(judgePki(pkiLeaf({ extensions, subject: commonName(HOST) })), "certificate-identity-mismatch");
});

/** Whether a certificate with these names is for a host. */
function isFor(subjectHostname: string, ...names: Buffer[]): boolean {
  const judgement = judgePki(pkiLeaf({ names }), {}, { members: { subjectHostname } });
  if (!judgement.ok) assert.equal(judgement.code, "certificate-identity-mismatch", judgement.reason);
  return judgement.ok;
}

test("host names: as TLS compares them", () => {
  const cases: [host: string, name: string, fits: boolean][] = [
    ["a.example", "a.example", true],
    ["A.Example", "a.eXample", true],
    ["a.example.", "a.example", true],
    ["a.example", "a.example.", false],
    ["a.example", "b.example", false],
    ["a.example", "example", false],
    ["a.b.example", "b.example", false],
    ["a.example", "*.example", true],
    ["a.b.example", "*.example", false],
    ["a.b.example", "*.b.example", true],
    ["b.example", "*.b.example", false],
    ["a.b.example", "a.*.example", false],
    ["a.example", "*", false],
    ["a", "*", false],
    ["a.example", "*.*", false],
    ["ab.example", "a*.example", false],
    ["*.example", "a.example", false],
    ["*.example", "*.example", true],
    ["a_b.example", "a_b.example", true],
    ["a.b-c.example", "*.b-c.example", true],
    ["a.az09.example", "*.AZ09.example", true],
    ["a.b{c.example", "*.b{c.example", false],
    ["a.b/c.example", "*.b/c.example", false],
    ["a.b:c.example", "*.b:c.example", false],
    ["a.b_c.example", "*.b_c.example", true],
    ["-a.example", "-a.example", true],
    ["-a.example", "*.example", false],
    ["a..example", "a..example", true],
    [".example", "*.example", false],
    [".", ".", false],
    ["a example", "a example", true],
    ["xn--bcher-kva.example", "xn--bcher-kva.example", true],
  ];
  for (const [host, name, fits] of cases) assert.equal(isFor(host, dns(name)), fits, `${host} and ${name}`);
  // Other kinds of names are no host names.
  assert.equal(isFor("a.example", email("a.example"), uri("https://a.example/")), false);
});

test("host names: addresses", () => {
  const v6 = (text: string) => ip(...Buffer.from(text.replaceAll(" ", ""), "hex"));
  const loopback = v6("0000 0000 0000 0000 0000 0000 0000 0001");
  const all = v6("0001 0002 0003 0004 0005 0006 0007 0008");
  const documentation = v6("2001 0db8 0000 0000 0000 0000 0000 00ff");
  const mapped = v6("0000 0000 0000 0000 0000 ffff c000 0201");
  const cases: [host: string, name: Buffer, fits: boolean][] = [
    ["192.0.2.1", ip(192, 0, 2, 1), true],
    ["192.0.2.1", ip(192, 0, 2, 2), false],
    ["192.0.2.1", mapped, true],
    ["::ffff:192.0.2.1", ip(192, 0, 2, 1), true],
    ["::ffff:c000:201", ip(192, 0, 2, 1), true],
    ["::192.0.2.1", ip(192, 0, 2, 1), false],
    ["1::ffff:192.0.2.1", ip(192, 0, 2, 1), false],
    ["::ff:192.0.2.1", ip(192, 0, 2, 1), false],
    ["::ff00:192.0.2.1", ip(192, 0, 2, 1), false],
    ["[192.0.2.1]", ip(192, 0, 2, 1), true],
    ["::1", loopback, true],
    ["[::1]", loopback, true],
    ["0:0:0:0:0:0:0:1", loopback, true],
    ["0::0:1", loopback, true],
    ["2001:DB8::ff", documentation, true],
    ["2001:db8:0:0::ff", documentation, true],
    ["2001:db8::0.0.0.255", documentation, true],
    ["2001:db8::fe", documentation, false],
    // These are no addresses, and no names in the certificate.
    ["192.0.2.01", ip(192, 0, 2, 1), false],
    ["192.0.2", ip(192, 0, 2, 1), false],
    ["192.0.2.1.", ip(192, 0, 2, 1), false],
    ["192.0.2.256", ip(192, 0, 2, 0), false],
    ["3221225985", ip(192, 0, 2, 1), false],
    [":1", loopback, false],
    ["::1::", loopback, false],
    ["0::0::1", loopback, false],
    ["0:0:0:0:0:0:0x1", loopback, false],
    ["0:0:0:0:0:0:0:0:1", loopback, false],
    ["0:0:0:0:0:0:1", loopback, false],
    ["1:2:3:4:5:6:7:8", all, true],
    ["1:2:3:4:5:6:7:8::", all, false],
    ["1:2:3:4:5:6:7:8:9", all, false],
    ["::1:2:3:4:5:6:7:8", all, false],
    ["1:2:3:4::5:6:7:8", all, false],
    ["1:2:3:4:5:6:7:8:", all, false],
    ["::00001", loopback, false],
    ["::1%eth0", loopback, false],
    ["::g", loopback, false],
    // An address in a DNS name is none.
    ["192.0.2.1", dns("192.0.2.1"), false],
    ["192.0.2.1", dns("*.0.2.1"), false],
  ];
  for (const [host, name, fits] of cases) assert.equal(isFor(host, name), fits, host);
});

// --- name constraints --------------------------------------------------------------------------------------------

interface Constraints {
  permitted?: Buffer[];
  excluded?: Buffer[];
}

/** The judgement on a certificate with these names, and the usual e-mail address, below constraints. */
function constrained(constraints: Constraints, names: Buffer[], isCritical = true) {
  const keys = newKeys();
  const issuer = authority("constrained", ROOT, {
    keys,
    extensions: [basicConstraints(true), nameConstraints(constraints, isCritical)],
  });
  const leaf = pkiLeaf({ issuer, names: [email(EMAIL), ...names] });
  return judgePki(leaf, { chain: issuer.pem + ROOT.pem }, { members: { subjectEmail: EMAIL } });
}

test("certificate-chain-invalid: name constraints", () => {
  const net = (...bytes: number[]) => ip(...bytes);
  const allowed: [Constraints, Buffer[]][] = [
    [{ permitted: [email(EMAIL)] }, []],
    [{ permitted: [email("acme.example")] }, []],
    [{ permitted: [email("ACME.example")] }, []],
    [{ permitted: [email(".example")] }, []],
    [{ permitted: [email("")] }, []],
    [{ excluded: [email("other@acme.example"), email(".acme.example")] }, []],
    [{ permitted: [dns("acme.example")] }, []],
    [{ permitted: [dns("acme.example")] }, [dns("acme.example"), dns("a.b.acme.EXAMPLE")]],
    [{ permitted: [dns("x.example"), dns(".acme.example")] }, [dns("a.acme.example")]],
    [{ permitted: [dns("acme.example")] }, [dns("*.acme.example")]],
    [{ permitted: [dns(".")] }, [dns("acme.example")]],
    [{ permitted: [dns("acme.example")] }, [dns("!~.acme.example")]],
    [{ excluded: [dns("a.acme.example")] }, [dns("*.b.acme.example")]],
    [{ excluded: [dns("192.0.2.1")] }, [dns("acme.example")]],
    [{ permitted: [email("acme.example")] }, [email("d3v.z+x@acme.example")]],
    [{ excluded: [dns("a.acme.example")] }, [dns("b.acme.example"), dns("ba.acme.example")]],
    [
      { permitted: [uri("acme.example")] },
      [uri("https://u@acme.example:8443/x"), uri("https://a.acme.example")],
    ],
    [{ permitted: [uri(".acme.example")] }, [uri("https://a.acme.example?x")]],
    [{ excluded: [uri("evil.example")] }, [uri("https://acme.example/evil.example")]],
    [{ permitted: [net(192, 0, 2, 0, 255, 255, 255, 0)] }, [ip(192, 0, 2, 77)]],
    [{ excluded: [net(192, 0, 2, 0, 255, 255, 255, 128)] }, [ip(192, 0, 2, 200)]],
    [
      { permitted: [net(...Array(32).fill(0))], excluded: [net(10, 0, 0, 0, 255, 0, 0, 0)] },
      [ip(...Array(16).fill(1))],
    ],
  ];
  for (const [constraints, names] of allowed) accepted(constrained(constraints, names));

  const denied: [Constraints, Buffer[]][] = [
    [{ permitted: [email("other@acme.example")] }, []],
    [{ permitted: [email("DEV@acme.example")] }, []],
    [{ permitted: [email(".acme.example")] }, []],
    [{ permitted: [email("example.acme")] }, []],
    [{ excluded: [email(EMAIL)] }, []],
    [{ excluded: [email("Acme.Example")] }, []],
    [{ permitted: [email("acme.example")] }, [email("dev@evil.example")]],
    [{ permitted: [email("acme.example")] }, [email("dev@evilacme.example")]],
    [{ permitted: [email("acme.example")] }, [email("no address")]],
    ...["d:v", "d[v", "d v", "dev.", ""].map((local): [Constraints, Buffer[]] => [
      { permitted: [email("acme.example")] },
      [email(`${local}@acme.example`)],
    ]),
    [{ permitted: [dns("acme.example")] }, [email("dev..x@acme.example")]],
    [{ permitted: [dns("acme.example")] }, [email('"dev"@acme.example')]],
    [{ permitted: [dns("acme.example")] }, [dns("evil.example")]],
    [{ permitted: [dns("acme.example")] }, [dns("evilacme.example")]],
    [{ permitted: [dns("acme.example")] }, [dns("a.evil.example")]],
    [{ permitted: [dns("acme.example")] }, [dns("a..acme.example")]],
    // It stands for more names than the one that is permitted.
    [{ permitted: [dns("a.acme.example")] }, [dns("*.acme.example")]],
    [{ excluded: [dns(".")] }, [dns("acme.example")]],
    [{ excluded: [dns("evil.example")] }, [dns("acme.example.")]],
    [{ permitted: [dns("acme.example")] }, [dns("acme.example"), dns("evil.example")]],
    [{ permitted: [dns(".acme.example")] }, [dns("acme.example")]],
    [{ permitted: [dns("acme.example")] }, [dns("acme..example")]],
    [{ permitted: [dns("acme.example")] }, [dns("a.acme.example.")]],
    [{ excluded: [dns("acme.example")] }, [dns("a.acme.example")]],
    [{ excluded: [dns("a.acme.example")] }, [dns("*.acme.example")]],
    [{ excluded: [dns("")] }, [dns("acme.example")]],
    [{ permitted: [dns("acme.example")], excluded: [dns("a.acme.example")] }, [dns("a.acme.example")]],
    [{ permitted: [uri("acme.example")] }, [uri("https://evil.example/acme.example")]],
    [{ permitted: [uri("acme.example")] }, [uri("https://acme.example@evil.example/")]],
    [{ permitted: [uri("acme.example")] }, [uri("https://192.0.2.1/")]],
    [{ permitted: [uri("acme.example")] }, [uri("https://[::1]/")]],
    [{ permitted: [uri("acme.example")] }, [uri("urn:acme.example")]],
    [{ excluded: [uri("evil.example")] }, [uri("urn:x")]],
    [{ excluded: [uri("evil.example")] }, [uri("https://:80/")]],
    // Constraints on names of other kinds, too: with whatever they are Go holds every URI against them.
    [{ permitted: [dns("acme.example")] }, [uri("https://192.0.2.1/")]],
    [{ excluded: [email("evil.example")] }, [uri("https://[::1]/")]],
    [{ excluded: [net(10, 0, 0, 0, 255, 0, 0, 0)] }, [uri("mailto:x@acme.example")]],
    [{ excluded: [uri(".example")] }, [uri("https://acme.example")]],
    [{ permitted: [net(192, 0, 2, 0, 255, 255, 255, 0)] }, [ip(192, 0, 3, 1)]],
    [{ permitted: [net(192, 0, 2, 0, 255, 255, 255, 0)] }, [ip(...Array(16).fill(0))]],
    [{ excluded: [net(192, 0, 2, 0, 255, 255, 255, 254)] }, [ip(192, 0, 2, 1)]],
  ];
  for (const [constraints, names] of denied) {
    const judgement = constrained(constraints, names);
    assert.equal(judgement.code, "certificate-chain-invalid", JSON.stringify([constraints, names]));
    assert.match(judgement.reason, /a name in a certificate/);
  }
});

test("a URI without a scheme, a host or a port that is one makes no certificate", () => {
  const judged = (text: string) => judgePki(pkiLeaf({ names: [email(EMAIL), dns(HOST), uri(text)] }));
  for (const text of [
    "https://a.example",
    "a+b-c.9://a.example",
    "https://a.example:",
    "https://a.example:8443/",
    "https://[::1]:8443",
    "https://a.example/%4f!~",
    "path/a:b",
    "urn:x",
  ])
    accepted(judged(text));
  for (const text of [
    ":",
    "ht{p://a.example",
    "1https://a.example",
    "+https://a.example",
    "a_b:c",
    "https://a.example:x",
    "https://a.example:80x",
    "https://a.example:80:",
    "https://a.example:8.0",
    "https://[::1]8443",
    "https://[::1",
    "https://::1]",
    "https://a..example",
    "https://a%2eexample",
    "https://a.example/%4",
    "https://a.example/%4g",
    "https://a.example/%g4",
    "https://a.example/ ",
    "https://a.example/\x7f",
  ])
    refused(judged(text), "certificate-malformed");
});

test("name constraints of other kinds are a critical extension that is not known, and else do not matter", () => {
  const constraints = { permitted: [directoryName("acme")] };
  refused(constrained(constraints, []), "certificate-chain-invalid", /critical/);
  accepted(constrained(constraints, [], false));
});

test("name constraints bind every certificate below, and are those of every certificate above", () => {
  const constraints = nameConstraints({ permitted: [email("acme.example")] });
  const root = authority("r", undefined, { extensions: [basicConstraints(true), constraints] });
  const trust = { ca: root.pem, members: { subjectHostname: HOST } };
  const below = (extensions: Buffer[]) =>
    authority("i", root, { extensions: [basicConstraints(true), ...extensions] });
  for (const [extensions, names, isAccepted] of [
    [[], [dns(HOST)], true],
    [[], [dns(HOST), email("x@evil.example")], false],
    [[alternativeNames([email("ca@acme.example")])], [dns(HOST)], true],
    [[alternativeNames([email("ca@evil.example")])], [dns(HOST)], false],
  ] as const) {
    const issuer = below([...extensions]);
    const judgement = judgePki(pkiLeaf({ issuer, names }), { chain: issuer.pem + root.pem }, trust);
    if (isAccepted) accepted(judgement);
    else refused(judgement, "certificate-chain-invalid", /a name/);
  }
});

test("name constraints that are malformed make no certificate, and 10,000 comparisons are enough", () => {
  const chainWith = (constraints: Buffer) =>
    authority("i", ROOT, { extensions: [basicConstraints(true), constraints] });
  for (const constraints of [
    nameConstraints({}),
    nameConstraints({ permitted: [email("a..b@c")] }),
    nameConstraints({ permitted: [dns("a..b")] }),
    nameConstraints({ permitted: [dns("..a")] }),
    nameConstraints({ permitted: [uri("192.0.2.1")] }),
    nameConstraints({ permitted: [ip(192, 0, 2, 0)] }),
    nameConstraints({ permitted: [ip(192, 0, 2, 0, 255, 0, 255, 0)] }),
    nameConstraints({ permitted: [ip(192, 0, 2, 0, 0, 0, 0, 1)] }),
    nameConstraints({ permitted: [tlv(0x82, Buffer.of(0x61, 0x80))] }),
  ]) {
    const issuer = chainWith(constraints);
    refused(judgePki(pkiLeaf({ issuer }), { chain: issuer.pem + ROOT.pem }), "certificate-malformed");
  }
  const many = chainWith(
    nameConstraints({ excluded: Array.from({ length: 1000 }, (_, i) => dns(`x${i}.example`)) }),
  );
  const names = Array.from({ length: 20 }, (_, i) => dns(`y${i}.example`));
  const trust = { members: { subjectEmail: EMAIL } };
  const judged = (more: Buffer[]) =>
    judgePki(
      pkiLeaf({ issuer: many, names: [email(EMAIL), ...more] }),
      { chain: many.pem + ROOT.pem },
      trust,
    );
  accepted(judged(names.slice(0, 5)));
  refused(judged(names), "certificate-chain-invalid", /a name/);
});

test("a certificate for somebody else, or none, does not hide a good one", () => {
  const certified = signedBy(LEAF);
  const other = issue({ ...LONG, issuer: INTERMEDIATE, extensions: [alternativeNames([email("x@y.z")])] });
  const judgement = judge(pkiCore(), imageNamed(), { signatures: [signedBy(other), signature(), certified] });
  assert.deepEqual(
    accepted(judgement).items.map(({ code }) => code),
    ["certificate-identity-mismatch", "certificate-missing", "accepted"],
  );
});

test("certificates of the policy are the same for every image, however many came before", () => {
  const caIntermediatesData = Buffer.from(INTERMEDIATE.pem).toString("base64");
  const core = pkiCore({ members: { subjectEmail: EMAIL, caIntermediatesData } });
  const good = signedBy(LEAF, { chain: undefined });
  const bad = signedBy(pkiLeaf({ names: [email("x@y.z")] }), { chain: undefined });
  for (let i = 0; i < 20; i++) {
    const signatures = i % 2 === 0 ? [good] : [bad, signature(), bad];
    const judgement = judge(core, imageNamed(), { signatures }, BigInt(T0));
    assert.equal(judgement.code, i % 2 === 0 ? "accepted" : "certificate-identity-mismatch", `image ${i}`);
  }
});

test("what is prepared for an authority that is used often changes no verdict", () => {
  const core = pkiCore();
  const forged = pkiLeaf({ issuer: authority("intermediate", ROOT) });
  const verdictOf = (leaf: Issued) => judge(core, imageNamed(), { signatures: [signedBy(leaf)] }, BigInt(T0));
  const [good, bad] = [accepted(verdictOf(LEAF)), verdictOf(forged)];
  refused(bad, "certificate-chain-invalid");
  assert.equal(core.idle(1000), false);
  for (let i = 0; i < 500; i++) verdictOf(LEAF);
  let slices = 0;
  while (core.idle(1000)) {
    slices++;
    assert.deepEqual([verdictOf(LEAF), verdictOf(forged)], [good, bad]);
  }
  assert.ok(slices > 5, `${slices} slices`);
  assert.deepEqual([verdictOf(LEAF), verdictOf(forged)], [good, bad]);
});
