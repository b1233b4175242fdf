import { createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import { p256, p384, p521 } from "@noble/curves/nist.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { Measure } from "../bench.js";
import { CryptoProbe } from "../crypto-probe.js";
import { scaled } from "../figure.js";
import { compare } from "../sampling.js";

const CURVES = [
  { name: "P-256", noble: p256 },
  { name: "P-384", noble: p384 },
  { name: "P-521", noble: p521 },
];

/** What containers/image verifies with, whatever the curve. */
const HASH = "sha256";

/** One ECDSA signature over a payload of cosign's size, hash and DER included. */
export const measure: Measure = async function* ({ effort }) {
  for (const { name, noble } of CURVES) {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: name });
    const payload = Buffer.alloc(250, "x");
    const signature = sign(HASH, payload, privateKey);
    const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
    const { x = "", y = "" } = publicKey.export({ format: "jwk" });
    const point = Buffer.concat([Buffer.of(4), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]);
    const key = createPublicKey(pem);

    const contenders = [
      new CryptoProbe().verifierByKnownKey(pem, payload, signature),
      new CryptoProbe().verifierByUnknownKey(pem, payload, signature),
      () => verify(HASH, payload, key, signature),
      () => noble.verify(signature, sha256(payload), point, { format: "der", lowS: false, prehash: false }),
    ];
    if (!contenders.every((contender) => contender())) throw new Error("a contender refuses the signature");

    const [known, unknown, node, slow] = await compare(contenders, effort);
    if (known === undefined || unknown === undefined || node === undefined || slow === undefined) return;
    for (const [kind, ours] of [
      ["known", known],
      ["unknown", unknown],
    ] as const) {
      const common = {
        name: `${name} verify, ${kind} key`,
        unit: "µs",
        ours: scaled(ours, 1000),
        runs: effort.rounds,
      } as const;
      yield { ...common, peer: "node:crypto", theirs: scaled(node, 1000) };
      yield { ...common, peer: "@noble/curves", theirs: scaled(slow, 1000) };
    }
  }
};
