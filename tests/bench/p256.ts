import { createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { p256 } from "@noble/curves/nist.js";
import { type Figure, scaled } from "./figure.js";
import { compare, type Effort } from "./sampling.js";

const PROBE = new URL("../../../build/probe/crypto.wasm", import.meta.url);

interface Crypto {
  memory: WebAssembly.Memory;
  mark(): number;
  release(marker: number): void;
  allocate(length: number): number;
  parseKey(pem: number, length: number): number;
  verify(
    key: number,
    message: number,
    messageLength: number,
    signature: number,
    signatureLength: number,
  ): number;
}

/** One ECDSA P-256 signature over a payload of cosign's size, hash and DER included, by a key that is known. */
export async function measureP256(effort: Effort): Promise<Figure[]> {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const payload = Buffer.alloc(250, "x");
  const signature = sign("sha256", payload, privateKey);
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  const point = Buffer.concat([Buffer.of(4), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]);
  const key = createPublicKey(pem);

  const verifyOurs = ours(Buffer.from(pem), payload, signature);
  const verifyNode = () => verify("sha256", payload, key, signature);
  const verifyNoble = () => p256.verify(signature, payload, point, { format: "der", lowS: false });
  for (const contender of [verifyOurs, verifyNode, verifyNoble])
    if (!contender()) throw new Error("a contender refuses the signature");

  const [mine, node, noble] = await compare([verifyOurs, verifyNode, verifyNoble], effort);
  if (mine === undefined || node === undefined || noble === undefined) return [];
  const common = { name: "P-256 verify", unit: "µs", ours: scaled(mine, 1000), runs: effort.rounds } as const;
  return [
    { ...common, peer: "node:crypto", theirs: scaled(node, 1000) },
    { ...common, peer: "@noble/curves", theirs: scaled(noble, 1000) },
  ];
}

/** The core's own, with payload and signature copied in as the component does. */
function ours(pem: Buffer, payload: Buffer, signature: Buffer): () => boolean {
  const core = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(PROBE)))
    .exports as unknown as Crypto;
  const copyIn = (bytes: Buffer): number => {
    const address = core.allocate(bytes.length);
    new Uint8Array(core.memory.buffer).set(bytes, address);
    return address;
  };
  const key = core.parseKey(copyIn(pem), pem.length);
  return () => {
    const marker = core.mark();
    const valid = core.verify(key, copyIn(payload), payload.length, copyIn(signature), signature.length);
    core.release(marker);
    return valid !== 0;
  };
}
