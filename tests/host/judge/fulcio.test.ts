// Requirements with fulcio: every rule of upstream's, with one thing broken each.

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { generateKey } from "../../support/sign.js";
import {
  ANY_USAGE,
  alternativeNames,
  authority,
  basicConstraints,
  type CertificateWish,
  CODE_SIGNING,
  commonName,
  dns,
  email,
  extendedKeyUsage,
  extension,
  fulcioIssuer,
  fulcioIssuerV2,
  issue,
  keyUsage,
  LONG,
  newKeys,
  oid,
  otherName,
  pemOf,
  SERVER_AUTH,
  T0,
  tlv,
  uri,
} from "../../support/x509.js";
import {
  accepted,
  EMAIL,
  fulcioCore,
  fulcioLeaf,
  INTERMEDIATE,
  ISSUER,
  judgeFulcio,
  keyless,
  ROOT,
  refused,
  signedBy,
  USUAL_CHAIN,
  WORKFLOW,
  workloadLeaf,
} from "./certified.js";
import { imageNamed, judge, KEY, signature } from "./judging.js";

const LEAF = fulcioLeaf();

test("accepted: a certificate of Fulcio's, logged", () => {
  const judgement = accepted(judgeFulcio(LEAF));
  assert.equal(judgement.signer, EMAIL);
  assert.match(judgement.reason, /by dev@acme\.example$/);
  // Long after: what counts is when it was logged.
  const signatures = [keyless(LEAF)];
  accepted(judge(fulcioCore(), imageNamed(), { signatures }, 4_000_000_000n));
  accepted(judge(fulcioCore(), imageNamed(), { signatures }, 0n));
});

test("accepted: keys of every kind", () => {
  for (const keys of [
    newKeys("P-384"),
    newKeys("P-521"),
    generateKeyPairSync("rsa", { modulusLength: 2048 }),
  ]) {
    for (const hash of ["sha256", "sha384", "sha512"] as const) {
      const root = authority("root", undefined, { keys, hash });
      const leaf = fulcioLeaf({ issuer: root, hash, keys });
      accepted(judgeFulcio(leaf, { chain: undefined }, { ca: root.pem }));
    }
  }
  const keys = generateKeyPairSync("ed25519");
  const root = authority("root", undefined, { keys });
  accepted(judgeFulcio(fulcioLeaf({ issuer: root }), { chain: undefined }, { ca: root.pem }));
});

test("certificate-missing", () => {
  refused(judgeFulcio(LEAF, { certificate: undefined, verifier: LEAF.pem }), "certificate-missing");
  const signatures = [signature()];
  refused(judge(fulcioCore(), imageNamed(), { signatures }), "certificate-missing");
});

test("log-entry-missing: a certificate alone has no time", () => {
  refused(judge(fulcioCore(), imageNamed(), { signatures: [signedBy(LEAF)] }), "log-entry-missing");
});

test("log-entry-invalid: of another log, or for another certificate", () => {
  refused(judgeFulcio(LEAF, { log: generateKey() }), "log-entry-invalid");
  refused(judgeFulcio(LEAF, { verifier: fulcioLeaf().pem }), "log-entry-invalid", /another certificate/);
  // A certificate and a key are told apart: the log has seen the bare key.
  const spki = LEAF.keys.publicKey.export({ type: "spki", format: "pem" }).toString();
  refused(judgeFulcio(LEAF, { verifier: spki }), "log-entry-invalid", /another certificate/);
});

test("signature-invalid: the certificate is not that of the key that signed", () => {
  const borrowed = keyless({ ...LEAF, keys: newKeys() });
  refused(
    judge(fulcioCore(), imageNamed(), { signatures: [borrowed] }),
    "signature-invalid",
    /key of its certificate/,
  );
});

test("certificate-malformed: the certificate", () => {
  const der = LEAF.der;
  const bad: Record<string, string> = {
    "no DER": pemOf(Buffer.from("x")),
    empty: pemOf(Buffer.alloc(0)),
    truncated: pemOf(der.subarray(0, -1)),
    "with something behind it": pemOf(Buffer.concat([der, Buffer.of(0)])),
    "longer than 64 KiB": fulcioLeaf({ more: [extension("1.2.3", Buffer.alloc(65_536))] }).pem,
    "with a length in BER": pemOf(Buffer.concat([Buffer.of(0x30, 0x83, 0), der.subarray(2)])),
  };
  for (const [what, certificate] of Object.entries(bad)) {
    assert.equal(judgeFulcio(LEAF, { certificate }).code, "certificate-malformed", what);
  }
  // What is no single PEM block is no certificate that was logged.
  for (const certificate of ["", "x", LEAF.pem + LEAF.pem, `${LEAF.pem}\n`, `${LEAF.pem}x`]) {
    refused(judgeFulcio(LEAF, { certificate, verifier: LEAF.pem }), "log-entry-invalid");
  }
  accepted(judgeFulcio(LEAF, { certificate: `a certificate\n${LEAF.pem}`, verifier: LEAF.pem }));
});

/** A Name with one attribute. */
const nameOf = (type: string, value: Buffer) => tlv(0x30, tlv(0x31, tlv(0x30, oid(type), value)));

test("names and extensions that nothing is decided by are read, and are as in any certificate", () => {
  const text = (tag: number, hex: string) => tlv(tag, Buffer.from(hex, "hex"));
  for (const value of [
    text(0x0c, "c3a9"),
    text(0x13, "41272a26"),
    text(0x14, "ff"),
    text(0x16, "40"),
    text(0x12, "3120"),
    text(0x13, "417a5a613039"),
    text(0x1e, "0061fdcffdf0fffd"),
  ]) {
    accepted(judgeFulcio(fulcioLeaf({ subject: nameOf("2.5.4.10", value) })));
  }
  const place = tlv(0x86, Buffer.from("http://pki.example/"));
  const more = [
    fulcioIssuer(ISSUER),
    extension("2.5.29.14", tlv(4, Buffer.of(1))),
    extension("2.5.29.35", tlv(0x30, tlv(0x80, Buffer.of(1)))),
    extension("1.3.6.1.5.5.7.1.1", tlv(0x30, tlv(0x30, oid("1.3.6.1.5.5.7.48.2"), place))),
    extension("2.5.29.31", tlv(0x30, tlv(0x30, tlv(0xa0, tlv(0xa0, place))))),
    extension("2.5.29.32", tlv(0x30, tlv(0x30, oid("1.2.3")), tlv(0x30, oid("2.23.140.1.2.1"), tlv(0x30)))),
  ];
  accepted(judgeFulcio(fulcioLeaf({ more })));
});

test("certificate-malformed: its parts", () => {
  const time = (tag: number, text: string) => tlv(tag, Buffer.from(text));
  const wishes: Record<string, CertificateWish & { names?: Buffer[]; more?: Buffer[] }> = {
    "version 4": { version: 4 },
    "a negative serial number": { serial: Buffer.of(2, 1, 0x80) },
    "a padded serial number": { serial: Buffer.of(2, 2, 0, 1) },
    "another algorithm inside": { innerAlgorithm: tlv(0x30, Buffer.from("06082a8648ce3d040303", "hex")) },
    "a time with an offset": { notBefore: time(0x17, "2701010000+0100") },
    "a time without seconds": { notBefore: time(0x17, "2701010000Z") },
    "a time with fractions": { notAfter: time(0x18, "20280101000000.5Z") },
    "a 31st of February": { notBefore: time(0x17, "260231000000Z") },
    "a 29th of February in another year": { notBefore: time(0x17, "250229000000Z") },
    "a 29th of February in 1900": { notBefore: time(0x18, "19000229000000Z") },
    "a 31st of November": { notBefore: time(0x17, "251131000000Z") },
    "a day of zero": { notBefore: time(0x17, "260100000000Z") },
    "a 13th month": { notBefore: time(0x17, "251301000000Z") },
    "a 60th minute": { notBefore: time(0x17, "260101006000Z") },
    "a 60th second": { notBefore: time(0x17, "260101000060Z") },
    "a time with a letter": { notBefore: time(0x17, "26010100000:Z") },
    "a time with a sign": { notBefore: time(0x17, "26010100000/Z") },
    "a 24th hour": { notBefore: time(0x17, "260101240000Z") },
    "a month of zero": { notBefore: time(0x17, "260001000000Z") },
    "elements behind the extensions": { trailing: [tlv(0x05)] },
    "unique identifiers": { trailing: [tlv(0x82, Buffer.of(0, 1))] },
    "a subject that is none": { subject: tlv(0x30, tlv(0x31)) },
    ...Object.fromEntries(
      [
        [0x0c, "80"],
        [0x13, "40"],
        [0x13, "5b"],
        [0x13, "60"],
        [0x13, "7b"],
        [0x16, "e9"],
        [0x12, "61"],
        [0x1e, "00"],
        [0x1e, "d800"],
        [0x1e, "dfff"],
        [0x1e, "fdd0"],
        [0x1e, "fdef"],
        [0x1e, "fffe"],
        [0x1e, "ffff"],
        [0x1b, "61"],
        [0x30, "0500"],
      ].map(([tag, text]) => [
        `a name of ${text} with the tag ${tag}`,
        { subject: nameOf("2.5.4.3", tlv(Number(tag), Buffer.from(String(text), "hex"))) },
      ]),
    ),
    "an object identifier beyond 31 bits": {
      subject: tlv(0x30, tlv(0x31, tlv(0x30, tlv(6, Buffer.from("698880808000", "hex")), tlv(0x0c)))),
    },
    "an object identifier that is cut": { more: [tlv(0x30, tlv(6, Buffer.of(0x2a, 0x83)), tlv(4))] },
    "a padded object identifier": { more: [tlv(0x30, tlv(6, Buffer.of(0x2a, 0x80, 0x03)), tlv(4))] },
    "bits in the padding of key usage": {
      extensions: [extension("2.5.29.15", tlv(3, Buffer.of(7, 0x81))), alternativeNames([email(EMAIL)])],
    },
    "a key identifier that is none": { more: [extension("2.5.29.14", tlv(0x0c, Buffer.of(1)))] },
    "an authority's key identifier that is none": { more: [extension("2.5.29.35", tlv(4, Buffer.of(1)))] },
    "something behind an authority's key identifier": {
      more: [extension("2.5.29.35", Buffer.concat([tlv(0x30), tlv(5)]))],
    },
    "information about the authority that is none": {
      more: [extension("1.3.6.1.5.5.7.1.1", tlv(0x30, tlv(0x30, tlv(0x86))))],
    },
    "a distribution point relative to the issuer": {
      more: [extension("2.5.29.31", tlv(0x30, tlv(0x30, tlv(0xa0, tlv(0xa1)))))],
    },
    "a policy twice": {
      more: [extension("2.5.29.32", tlv(0x30, tlv(0x30, oid("1.2.3")), tlv(0x30, oid("1.2.3"))))],
    },
    "no extensions in the list's place": { extensions: [tlv(0x05)] },
    "an extension twice": { more: [fulcioIssuer(ISSUER), fulcioIssuer(ISSUER)] },
    "too many extensions": {
      more: [
        fulcioIssuer(ISSUER),
        ...Array.from({ length: 65 }, (_, i) => extension(`1.2.3.${i}`, Buffer.of(5, 0))),
      ],
    },
    "a critical flag of 1": {
      more: [tlv(0x30, Buffer.from("06022a03", "hex"), tlv(1, Buffer.of(1)), tlv(4))],
    },
    "a critical key identifier": { more: [extension("2.5.29.14", tlv(4, Buffer.of(1)), true)] },
    "an empty list of usages": {
      extensions: [extension("2.5.29.37", tlv(0x30)), alternativeNames([email(EMAIL)])],
    },
    "key usage without bits": { extensions: [keyUsage(0), alternativeNames([email(EMAIL)])] },
    "key usage without bits in a padded string": {
      extensions: [extension("2.5.29.15", tlv(3, Buffer.of(9, 0)))],
    },
    "a path length below zero": {
      extensions: [extension("2.5.29.19", tlv(0x30, tlv(1, Buffer.of(0xff)), Buffer.of(2, 1, 0xff)))],
    },
    "an e-mail address that is not ASCII": { names: [email(EMAIL), email("é@acme.example")] },
    "an IP address of five bytes": { names: [email(EMAIL), tlv(0x87, Buffer.alloc(5))] },
    "a URI with a space in it": { names: [email(EMAIL), uri("https://a b/")] },
    "a URI with a broken escape": { names: [email(EMAIL), uri("https://a/%zz")] },
    "a URI with an empty label in its host": { names: [email(EMAIL), uri("https://a..b/")] },
    "a name that is no alternative name": { names: [email(EMAIL), tlv(0x0c, Buffer.from("x"))] },
    "something behind the names": {
      extensions: [extension("2.5.29.17", Buffer.concat([tlv(0x30, email(EMAIL)), Buffer.of(5, 0)]))],
    },
  };
  for (const [what, wish] of Object.entries(wishes)) {
    const judgement = judgeFulcio(fulcioLeaf(wish));
    assert.equal(judgement.code, "certificate-malformed", `${what}: ${judgement.reason}`);
  }
});

test("certificate-malformed: the chain", () => {
  for (const chain of [
    "x",
    `${USUAL_CHAIN}x`,
    INTERMEDIATE.pem + pemOf(Buffer.from("x")),
    USUAL_CHAIN.replace("-----END", "-----FIN"),
    INTERMEDIATE.pem.repeat(17),
  ]) {
    refused(judgeFulcio(LEAF, { chain }), "certificate-malformed", /chain/);
  }
  accepted(judgeFulcio(LEAF, { chain: `\n${USUAL_CHAIN}\n\n` }));
  for (const chain of [" ", "\n"]) accepted(judgeFulcio(LEAF, { chain }, { ca: INTERMEDIATE.pem }));
  accepted(judgeFulcio(LEAF, { chain: INTERMEDIATE.pem.repeat(16) }));
});

test("certificate-chain-invalid: the last of the chain is dropped, and never trusted", () => {
  const cases: [string, string | undefined][] = [
    ["none", undefined],
    ["empty", ""],
    ["the intermediate alone", INTERMEDIATE.pem],
    ["in the wrong order", ROOT.pem + INTERMEDIATE.pem],
  ];
  for (const [what, chain] of cases) {
    const judgement = judgeFulcio(LEAF, { chain });
    assert.equal(judgement.code, "certificate-chain-invalid", `${what}: ${judgement.reason}`);
  }
  refused(judgeFulcio(LEAF, {}, { ca: authority("root").pem }), "certificate-chain-invalid");
  accepted(judgeFulcio(LEAF, { chain: undefined }, { ca: INTERMEDIATE.pem }));
  accepted(judgeFulcio(LEAF, { chain: undefined }, { ca: INTERMEDIATE.pem + ROOT.pem }));
  // Trusted itself, it needs no issuer.
  accepted(judgeFulcio(LEAF, { chain: undefined }, { ca: LEAF.pem }));
});

test("certificate-malformed: a key in the chain that is none, though nobody needs it", () => {
  const chainWith = (spki: string) =>
    issue({ name: "unneeded", issuer: ROOT, spki: Buffer.from(spki, "hex") }).pem + USUAL_CHAIN;
  const ofEc = (curve: string, point: string) => `3059301306072a8648ce3d0201${curve}034200${point}`;
  const p256 = "06082a8648ce3d030107";
  const good = newKeys().publicKey.export({ type: "spki", format: "der" }).toString("hex");
  accepted(judgeFulcio(LEAF, { chain: chainWith(good) }));
  // Of algorithms that nobody here knows Go reads nothing.
  accepted(judgeFulcio(LEAF, { chain: chainWith("300a300506032a0304030100") }));
  for (const spki of [
    // Of no algorithm.
    "30083002050003020000",
    ofEc(p256, `04${"01".repeat(64)}`),
    ofEc("06082a8648ce3d030163", good.slice(-130)),
    "302a300506032b6570032100".padEnd(86, "0"),
    "301a300d06092a864886f70d01010105000309003006020103020100",
    "3017300d06092a864886f70d01010105000306003003020103",
    "3003020100",
  ]) {
    refused(judgeFulcio(LEAF, { chain: chainWith(spki) }), "certificate-malformed", /chain/);
  }
  const { pem } = authority("i", ROOT, { keys: newKeys("secp256k1") });
  refused(judgeFulcio(LEAF, { chain: pem + USUAL_CHAIN }), "certificate-malformed", /chain/);
});

test("certificate-chain-invalid: a signature that is not the issuer's", () => {
  const flipped = (signature: Buffer) => {
    signature[signature.length - 1] = (signature.at(-1) ?? 0) ^ 1;
    return signature;
  };
  refused(judgeFulcio(fulcioLeaf({ signature: flipped })), "certificate-chain-invalid", /not signed/);
  const impostor = { ...INTERMEDIATE, keys: newKeys() };
  refused(judgeFulcio(fulcioLeaf({ issuer: impostor })), "certificate-chain-invalid", /not signed/);
  // The issuer's name is another, whatever the signature.
  refused(
    judgeFulcio(fulcioLeaf({ issuerName: commonName("somebody") })),
    "certificate-chain-invalid",
    /no certificate/,
  );
});

test("certificate-chain-invalid: an issuer that may not issue", () => {
  for (const [what, extensions] of Object.entries({
    "no CA flag": [basicConstraints(false), keyUsage(0x06)],
    "no basic constraints": [keyUsage(0x06)],
    "no keyCertSign": [basicConstraints(true), keyUsage(0x82)],
    "no extensions": undefined,
  })) {
    const issuer = issue({ name: "intermediate", issuer: ROOT, ...LONG, ...(extensions && { extensions }) });
    const leaf = fulcioLeaf({ issuer });
    const judgement = judgeFulcio(leaf, { chain: issuer.pem + ROOT.pem });
    assert.equal(judgement.code, "certificate-chain-invalid", what);
    assert.match(judgement.reason, /may not issue/, what);
    // Nor does it help to trust it.
    assert.equal(judgeFulcio(leaf, {}, { ca: issuer.pem }).code, "certificate-chain-invalid", what);
  }
  // Of version 1 an anchor may, an intermediate may not.
  const old = issue({ name: "old", issuer: ROOT, ...LONG, version: 1 });
  accepted(judgeFulcio(fulcioLeaf({ issuer: old }), {}, { ca: old.pem }));
  refused(
    judgeFulcio(fulcioLeaf({ issuer: old }), { chain: old.pem + ROOT.pem }),
    "certificate-chain-invalid",
    /may not issue/,
  );
  // A leaf is no issuer, also not of its own kind.
  const leaf = fulcioLeaf({ issuer: LEAF });
  refused(judgeFulcio(leaf, { chain: LEAF.pem + USUAL_CHAIN }), "certificate-chain-invalid", /may not issue/);
});

test("certificate-chain-invalid: longer than a path length allows", () => {
  for (const [length, isAccepted] of [
    [0, false],
    [1, true],
    [70_000, true],
  ] as const) {
    const root = authority("root", undefined, { extensions: [basicConstraints(true, length)] });
    const intermediate = authority("intermediate", root);
    const judgement = judgeFulcio(
      fulcioLeaf({ issuer: intermediate }),
      { chain: intermediate.pem + root.pem },
      { ca: root.pem },
    );
    if (isAccepted) accepted(judgement);
    else refused(judgement, "certificate-chain-invalid", /more certificates/);
  }
});

test("certificate-chain-invalid: a critical extension that is not known", () => {
  const unknown = extension("1.2.3", Buffer.of(5, 0), true);
  refused(
    judgeFulcio(fulcioLeaf({ more: [fulcioIssuer(ISSUER), unknown] })),
    "certificate-chain-invalid",
    /critical/,
  );
  for (const id of ["2.5.29.36", "2.5.29.33", "2.5.29.54"]) {
    const more = [fulcioIssuer(ISSUER), extension(id, tlv(0x30), true)];
    refused(judgeFulcio(fulcioLeaf({ more })), "certificate-chain-invalid", /critical/);
  }
  accepted(judgeFulcio(fulcioLeaf({ more: [fulcioIssuer(ISSUER), extension("1.2.3", Buffer.of(5, 0))] })));
  const issuer = authority("i", ROOT, { extensions: [basicConstraints(true), unknown] });
  refused(
    judgeFulcio(fulcioLeaf({ issuer }), { chain: issuer.pem + ROOT.pem }),
    "certificate-chain-invalid",
    /critical/,
  );
});

test("names of other kinds alone are tolerated in the leaf, and nowhere else", () => {
  // Nobody is named, so that it is the identity that is refused.
  refused(judgeFulcio(fulcioLeaf({ names: [otherName()] })), "certificate-identity-mismatch");
  const issuer = authority("i", ROOT, {
    extensions: [basicConstraints(true), alternativeNames([otherName()], true)],
  });
  refused(
    judgeFulcio(fulcioLeaf({ issuer }), { chain: issuer.pem + ROOT.pem }),
    "certificate-chain-invalid",
    /critical/,
  );
});

test("certificate-chain-invalid: extended key usage, of every certificate on the path", () => {
  const leafFor = (...usages: string[]) =>
    fulcioLeaf({
      extensions: [extendedKeyUsage(...usages), alternativeNames([email(EMAIL)]), fulcioIssuer(ISSUER)],
    });
  refused(judgeFulcio(leafFor(SERVER_AUTH)), "certificate-chain-invalid", /code signing/);
  accepted(judgeFulcio(leafFor(SERVER_AUTH, CODE_SIGNING)));
  accepted(judgeFulcio(leafFor(ANY_USAGE)));
  accepted(judgeFulcio(fulcioLeaf({ extensions: [alternativeNames([email(EMAIL)]), fulcioIssuer(ISSUER)] })));
  for (const [usage, isAccepted] of [
    [SERVER_AUTH, false],
    [CODE_SIGNING, true],
  ] as const) {
    const extensions = [basicConstraints(true), extendedKeyUsage(usage)];
    const issuer = authority("i", ROOT, { extensions });
    const root = authority("r", undefined, { extensions });
    for (const judgement of [
      judgeFulcio(fulcioLeaf({ issuer }), { chain: issuer.pem + ROOT.pem }),
      judgeFulcio(fulcioLeaf({ issuer: root }), {}, { ca: root.pem }),
    ]) {
      if (isAccepted) accepted(judgement);
      else refused(judgement, "certificate-chain-invalid", /code signing/);
    }
  }
});

test("certificate-expired: at the time of the log entry, to the second", () => {
  accepted(judgeFulcio(LEAF, { time: T0 - 300 }));
  accepted(judgeFulcio(LEAF, { time: T0 + 300 }));
  refused(judgeFulcio(LEAF, { time: T0 - 301 }), "certificate-expired", /not yet valid/);
  refused(judgeFulcio(LEAF, { time: T0 + 301 }), "certificate-expired", /no longer valid/);
  refused(judgeFulcio(LEAF, { time: 0 }), "certificate-expired");
  refused(judgeFulcio(LEAF, { time: -T0 }), "certificate-expired");
});

test("certificate-expired: an issuer or a root, though the leaf is valid (CVE-2026-24122)", () => {
  const past = { notBefore: T0 - 1000, notAfter: T0 - 1 };
  const future = { notBefore: T0 + 1, notAfter: T0 + 1000 };
  for (const validity of [past, future]) {
    const issuer = authority("i", ROOT, validity);
    refused(judgeFulcio(fulcioLeaf({ issuer }), { chain: issuer.pem + ROOT.pem }), "certificate-expired");
    const root = authority("r", undefined, validity);
    const intermediate = authority("i", root);
    refused(
      judgeFulcio(
        fulcioLeaf({ issuer: intermediate }),
        { chain: intermediate.pem + root.pem },
        { ca: root.pem },
      ),
      "certificate-expired",
    );
  }
  // Of two certificates of the same issuer the one that is valid counts.
  const keys = newKeys();
  const old = authority("i", ROOT, { ...past, keys });
  const renewed = authority("i", ROOT, { keys });
  accepted(judgeFulcio(fulcioLeaf({ issuer: old }), { chain: old.pem + renewed.pem + ROOT.pem }));
});

test("certificates of the years to come, and of those past", () => {
  const root = authority("r", undefined, { notBefore: -1_000_000_000, notAfter: 7_000_000_000 });
  for (const [notBefore, time, notAfter] of [
    [-631_152_000, -631_151_999, 0],
    [951_782_399, 951_782_400, 951_868_799],
    [2_524_607_999, 2_524_608_000, 2_524_608_001],
    [4_107_542_399, 4_107_542_400, 4_107_542_400],
  ] as const) {
    const leaf = fulcioLeaf({ issuer: root, notBefore, notAfter });
    accepted(judgeFulcio(leaf, { time }, { ca: root.pem }));
    refused(judgeFulcio(leaf, { time: notBefore - 1 }, { ca: root.pem }), "certificate-expired");
    refused(judgeFulcio(leaf, { time: notAfter + 1 }, { ca: root.pem }), "certificate-expired");
  }
});

test("certificate-unsupported: keys and algorithms too weak, or not verified", () => {
  const byRoot = (more: Partial<CertificateWish>, leafWish: CertificateWish = {}) => {
    const root = authority("r", undefined, more);
    const intermediate = authority("i", root, leafWish);
    const trust = { ca: root.pem + ROOT.pem };
    return judgeFulcio(fulcioLeaf({ issuer: intermediate }), { chain: intermediate.pem + root.pem }, trust);
  };
  // SHA-1, and an algorithm identifier that names nothing we know.
  refused(byRoot({}, { hash: "sha1" }), "certificate-unsupported");
  const pss = tlv(0x30, Buffer.from("06092a864886f70d01010a", "hex"), tlv(0x30));
  refused(byRoot({}, { algorithm: pss }), "certificate-unsupported");
  // The issuer's key.
  for (const keys of [newKeys("P-224"), generateKeyPairSync("rsa", { modulusLength: 1024 })]) {
    const intermediate = authority("i", ROOT, { keys });
    refused(
      judgeFulcio(fulcioLeaf({ issuer: intermediate }), { chain: intermediate.pem + ROOT.pem }),
      "certificate-unsupported",
    );
    // The signer's own.
    refused(judgeFulcio(fulcioLeaf({ keys })), "certificate-unsupported");
  }
  refused(judgeFulcio(fulcioLeaf({ keys: newKeys("secp256k1") })), "certificate-unsupported");
  // A parameter where ECDSA has none.
  const padded = tlv(0x30, Buffer.from("06082a8648ce3d040302", "hex"), tlv(5));
  refused(judgeFulcio(fulcioLeaf({ algorithm: padded })), "certificate-unsupported");
});

test("algorithm confusion: a certificate is verified with the algorithm it names, which must be one of its issuer's key", () => {
  for (const algorithm of [
    tlv(0x30, Buffer.from("06082a8648ce3d040303", "hex")),
    tlv(0x30, Buffer.from("06092a864886f70d01010b", "hex"), tlv(5)),
    tlv(0x30, Buffer.from("06032b6570", "hex")),
  ]) {
    refused(judgeFulcio(fulcioLeaf({ algorithm })), "certificate-chain-invalid", /not signed/);
  }
});

test("certificate-identity-mismatch: the issuer", () => {
  const leaf = (...more: Buffer[]) => judgeFulcio(fulcioLeaf({ more }));
  refused(leaf(), "certificate-identity-mismatch", /issuer is none/);
  refused(leaf(fulcioIssuer(`${ISSUER}/`)), "certificate-identity-mismatch", /accounts\.example\//);
  refused(leaf(fulcioIssuer(ISSUER.toUpperCase())), "certificate-identity-mismatch");
  refused(leaf(fulcioIssuerV2(`${ISSUER}/`)), "certificate-identity-mismatch");
  accepted(leaf(fulcioIssuerV2(ISSUER)));
  accepted(leaf(fulcioIssuer(ISSUER), fulcioIssuerV2(ISSUER)));
  // Both, and they disagree: whichever is right.
  refused(
    leaf(fulcioIssuer(ISSUER), fulcioIssuerV2("https://evil.example")),
    "certificate-identity-mismatch",
  );
  refused(
    leaf(fulcioIssuer("https://evil.example"), fulcioIssuerV2(ISSUER)),
    "certificate-identity-mismatch",
  );
  refused(
    leaf(fulcioIssuer(ISSUER), extension("1.3.6.1.4.1.57264.1.8", Buffer.of(5, 0))),
    "certificate-identity-mismatch",
  );
  for (const tag of [0x0c, 0x13, 0x14, 0x16, 0x1b]) accepted(leaf(fulcioIssuerV2(ISSUER, tag)));
  const utf16 = Buffer.from(ISSUER, "utf16le").swap16();
  accepted(leaf(fulcioIssuerV2(utf16, 0x1e)));
  for (const [text, tag] of [
    [ISSUER, 0x12],
    [ISSUER, 0x04],
    [ISSUER, 0x1c],
    [`${ISSUER}_`, 0x13],
    [Buffer.from(`${ISSUER}\xff`, "latin1"), 0x0c],
    [Buffer.from(`${ISSUER}\xff`, "latin1"), 0x16],
    [utf16.subarray(1), 0x1e],
  ] as const) {
    refused(leaf(fulcioIssuerV2(text, tag)), "certificate-identity-mismatch");
  }
  const trailing = Buffer.concat([tlv(0x0c, Buffer.from(ISSUER)), Buffer.of(5, 0)]);
  refused(leaf(extension("1.3.6.1.4.1.57264.1.8", trailing)), "certificate-identity-mismatch");
});

test("certificate-identity-mismatch: the e-mail address", () => {
  const leaf = (...names: Buffer[]) => judgeFulcio(fulcioLeaf({ names }));
  refused(leaf(email("other@acme.example")), "certificate-identity-mismatch", /names other@acme/);
  refused(leaf(email("DEV@acme.example")), "certificate-identity-mismatch");
  refused(leaf(email("dev@ACME.example")), "certificate-identity-mismatch");
  refused(leaf(email(`${EMAIL}\0.evil.example`)), "certificate-identity-mismatch", /\\x00/);
  refused(leaf(uri(EMAIL), dns(EMAIL)), "certificate-identity-mismatch", /names none/);
  accepted(leaf(email("other@acme.example"), email(EMAIL), otherName()));
  // Not in the subject, and not without the extension.
  const extensions = [fulcioIssuer(ISSUER)];
  refused(
    judgeFulcio(fulcioLeaf({ extensions, subject: commonName(EMAIL) })),
    "certificate-identity-mismatch",
  );
});

test("subjectURI: the one URI of the certificate, whole", () => {
  const trust = { members: { subjectURI: WORKFLOW } };
  const judged = (...uris: string[]) => judgeFulcio(workloadLeaf(...uris), {}, trust);
  const judgement = accepted(judged(WORKFLOW));
  assert.equal(judgement.signer, WORKFLOW);
  for (const other of [
    `${WORKFLOW}4`,
    WORKFLOW.slice(0, -1),
    WORKFLOW.replace("github.com", "GITHUB.com"),
    WORKFLOW.replace("/app/", "/%61pp/"),
    WORKFLOW.replace("acme", "evil"),
  ]) {
    refused(judged(other), "certificate-identity-mismatch");
  }
  // With two nobody can say which is meant.
  refused(judged(WORKFLOW, WORKFLOW), "certificate-identity-mismatch");
  refused(judged(WORKFLOW, "https://evil.example/"), "certificate-identity-mismatch");
  refused(judgeFulcio(LEAF, {}, trust), "certificate-identity-mismatch", /names none/);
  accepted(judgeFulcio(fulcioLeaf({ names: [email("x@y.z"), uri(WORKFLOW)] }), {}, trust));
});

test("subjectURIPattern: a star stays within its segment", () => {
  const pattern = "https://github.com/acme/*/.github/workflows/release.yml@refs/tags/v*";
  const judged = (text: string) =>
    judgeFulcio(workloadLeaf(text), {}, { members: { subjectURIPattern: pattern } });
  accepted(judged(WORKFLOW));
  accepted(judged(WORKFLOW.replace("/app/", "/other-app/")));
  accepted(judged(WORKFLOW.replace("v1.2.3", "v")));
  for (const other of [
    WORKFLOW.replace("acme", "evil"),
    WORKFLOW.replace("acme", "acme-evil"),
    WORKFLOW.replace("/app/", "/app/x/"),
    WORKFLOW.replace("v1.2.3", "v1/2"),
    WORKFLOW.replace("v1.2.3", "v1@x"),
    WORKFLOW.replace("v1.2.3", "1.2.3"),
    WORKFLOW.replace("@refs", "/refs"),
    WORKFLOW.replace("https", "http"),
    WORKFLOW.slice(0, WORKFLOW.indexOf("@")),
    WORKFLOW.replace("release.yml", "release"),
    WORKFLOW.replace("release.yml", "release.yml.evil"),
    `${WORKFLOW}/`,
    `https://evil.example/?${WORKFLOW}`,
    WORKFLOW.replace("github.com", "github.com.evil.example"),
  ]) {
    refused(judged(other), "certificate-identity-mismatch");
  }
});

test("a wrong policy of fulcio's does not load", () => {
  for (const [what, members] of Object.entries({
    "no subject": {},
    "an empty subject": { subjectURI: "" },
    "a null": { subjectURI: null },
    "two subjects": { subjectEmail: EMAIL, subjectURI: WORKFLOW },
    "an unknown member": { subjectEmail: EMAIL, subjectUri: WORKFLOW },
    "a star in the host": { subjectURIPattern: "https://*.github.com/acme/x" },
    "a star in the first segment": { subjectURIPattern: "https://github.com/*/x" },
    "a star in the scheme": { subjectURIPattern: "*://github.com/acme/x" },
    "no segment": { subjectURIPattern: "https://github.com/acme" },
    "an empty first segment": { subjectURIPattern: "https://github.com//acme/*" },
    "no host": { subjectURIPattern: "https:///acme/*" },
    "a user in the host": { subjectURIPattern: "https://github.com@evil.example/acme/*" },
    "two stars": { subjectURIPattern: "https://github.com/acme/**" },
  })) {
    assert.throws(() => fulcioCore({ members }), { name: "PolicyError" }, what);
  }
});

test("trust-root-invalid and key-unreadable: decided before anything is asked for", () => {
  for (const [ca, code] of [
    ["", "trust-root-invalid"],
    ["junk", "trust-root-invalid"],
    [KEY.publicPem, "trust-root-invalid"],
    [pemOf(Buffer.from("x")), "trust-root-invalid"],
    [pemOf(ROOT.der, "TRUSTED CERTIFICATE"), "trust-root-invalid"],
    [ROOT.pem.replace("-----\n", "-----\nA: b\n\n"), "trust-root-invalid"],
    [ROOT.pem + " ".repeat(1 << 20), "trust-root-invalid"],
    [authority("r", undefined, { keys: newKeys("P-224") }).pem, "trust-root-invalid"],
    [null, "key-unreadable"],
  ] as const) {
    const outcome = fulcioCore({ ca }).plan(imageNamed());
    assert.equal(outcome.tag, "decided");
    if (outcome.tag === "decided") refused(outcome.val, code);
  }
  // What stands around certificates does not matter, as upstream.
  const around = `text\n${KEY.publicPem}${pemOf(Buffer.from("x"))}-----BEGIN X-----\nA=A\n${ROOT.pem}text\n`;
  accepted(judgeFulcio(LEAF, {}, { ca: around }));
});

test("budget-exhausted: a maze of certificates ends, and takes no other image with it", () => {
  // Sixteen issuers of one name, each of which may have issued each other: 15! paths, none to a root.
  const keys = Array.from({ length: 15 }, () => newKeys());
  const issuers = keys.map((own) =>
    issue({ name: "maze", ...LONG, keys: own, extensions: [basicConstraints(true)] }),
  );
  const first = issuers[0];
  assert.ok(first);
  const crossed = issuers.flatMap((issuer) =>
    issuers.slice(0, 1).map((other) =>
      issue({
        name: "maze",
        issuer: other,
        keys: issuer.keys,
        ...LONG,
        extensions: [basicConstraints(true)],
      }),
    ),
  );
  const leaf = fulcioLeaf({ issuer: first });
  const chain = [...crossed, ROOT].map(({ pem }) => pem).join("");
  const maze = keyless(leaf, { chain });
  const core = fulcioCore();
  const judgement = judge(core, imageNamed(), { signatures: [maze] });
  assert.ok(["budget-exhausted", "certificate-chain-invalid"].includes(judgement.code), judgement.reason);
  const many = Array.from({ length: 128 }, () => maze);
  refused(judge(core, imageNamed(), { signatures: many }), "budget-exhausted");
  accepted(judge(core, imageNamed(), { signatures: [maze, keyless(LEAF)] }));
});

test("a path is found through issuers that lead nowhere", () => {
  const keys = newKeys();
  const dead = authority("i", authority("another root"), { keys });
  const alive = authority("i", ROOT, { keys });
  const loop = authority("root", alive);
  const chain = dead.pem + loop.pem + alive.pem + ROOT.pem;
  accepted(judgeFulcio(fulcioLeaf({ issuer: alive }), { chain }));
  // Fifteen certificates, and the root.
  let issuer = ROOT;
  const path: string[] = [];
  for (let i = 0; i < 14; i++) {
    issuer = authority(`ca ${i}`, issuer);
    path.push(issuer.pem);
  }
  accepted(judgeFulcio(fulcioLeaf({ issuer }), { chain: path.join("") + ROOT.pem }));
  const more = authority("one more", issuer);
  refused(
    judgeFulcio(fulcioLeaf({ issuer: more }), { chain: path.join("") + more.pem + ROOT.pem }),
    "certificate-chain-invalid",
  );
});

test("panics: certificates with any byte changed or cut off get a denial", () => {
  const core = fulcioCore();
  for (let i = 0; i < LEAF.der.length; i += 3) {
    const changed = Buffer.from(LEAF.der);
    changed[i] = (changed[i] ?? 0) ^ (1 << (i % 8));
    for (const der of [changed, LEAF.der.subarray(0, i)]) {
      const judgement = judge(core, imageNamed(), {
        signatures: [keyless(LEAF, { certificate: pemOf(der) })],
      });
      assert.equal(judgement.ok, false, `byte ${i}`);
    }
  }
  accepted(judge(core, imageNamed(), { signatures: [keyless(LEAF)] }));
});
