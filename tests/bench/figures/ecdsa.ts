import { createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import { p256, p384, p521 } from "@noble/curves/nist.js";
import type { Measure } from "../bench.js";
import { CryptoProbe } from "../crypto-probe.js";
import { scaled } from "../figure.js";
import { compare } from "../sampling.js";

const CURVES = [
  { name: "P-256", hash: "sha256", noble: p256 },
  { name: "P-384", hash: "sha384", noble: p384 },
  { name: "P-521", hash: "sha512", noble: p521 },
];

/** One ECDSA signature over a payload of cosign's size, hash and DER included. */
export const measure: Measure = async function* ({ effort }) {
  for (const { name, hash, noble } of CURVES) {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: name });
    const payload = Buffer.alloc(250, "x");
    const signature = sign(hash, payload, privateKey);
    const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
    const { x = "", y = "" } = publicKey.export({ format: "jwk" });
    const point = Buffer.concat([Buffer.of(4), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]);
    const key = createPublicKey(pem);

    const known = new CryptoProbe().verifier(pem, payload, signature);
    const verifyNode = () => verify(hash, payload, key, signature);
    const verifyNoble = () => noble.verify(signature, payload, point, { format: "der", lowS: false });
    for (const contender of [known, verifyNode, verifyNoble])
      if (!contender()) throw new Error("a contender refuses the signature");

    const [ours, node, slow] = await compare([known, verifyNode, verifyNoble], effort);
    if (ours === undefined || node === undefined || slow === undefined) return;
    const common = {
      name: `${name} verify, known key`,
      unit: "µs",
      ours: scaled(ours, 1000),
      runs: effort.rounds,
    } as const;
    yield { ...common, peer: "node:crypto", theirs: scaled(node, 1000) };
    yield { ...common, peer: "@noble/curves", theirs: scaled(slow, 1000) };
  }
};
