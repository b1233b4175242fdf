import { createHash, createPublicKey } from "node:crypto";
import { readPrivateKey } from "../../../host/signing/keys/private-key.js";
import { KeyRefused } from "../../../host/signing/keys/refused.js";
import { type Case, text } from "../corpus.js";
import type { Subject } from "../subject.js";
import type { Observation, Suite } from "../suite.js";

/** ../shared/vectors/cosign/README.md has them. */
const PASSWORDS = ["fixture-password", ""];

/** Parameters of scrypt that cosign accepts beside r = 8 and p = 1 (../shared/reference/sigstore.md 1.1). */
const COSTS = [32768, 65536, 131072];

/** A key file: the SHA-256 of its public key's SPKI, or null where it is not read. */
export const cosignKeys: Suite = {
  name: "cosign-keys",
  async observe(test, subject) {
    return text(test, "kind") === "public" ? publicKey(test, subject) : await privateKey(test);
  },
};

/** cosign as a verifier, and the core. */
function publicKey(test: Case, subject: Subject): Observation {
  const pem = fileOf(test);
  const requirement = { type: "sigstoreSigned", keyData: pem.toString("base64") };
  const [key] = subject.core({ default: [requirement] }).summary.keys;
  const upstream = { key: fingerprint(pem) };
  return { upstream, ours: { key: key?.fingerprint ?? null }, ...(key?.problem && { reason: key.problem }) };
}

/** cosign as a signer, and ours. */
async function privateKey(test: Case): Promise<Observation> {
  const upstream = { key: isReadByCosign(fileOf(test)) ? expected(test) : null };
  const problems: string[] = [];
  for (const password of PASSWORDS) {
    try {
      const { publicKey } = await readPrivateKey(fileOf(test), async () => Buffer.from(password));
      return { upstream, ours: { key: publicKey.fingerprint } };
    } catch (error) {
      if (!(error instanceof KeyRefused)) throw error;
      problems.push(error.message);
      if (error.message !== "wrong password") break;
    }
  }
  return { upstream, ours: { key: null }, reason: problems.join("; ") };
}

/** The fingerprint of the public half. */
export function expected(test: Case): string | null {
  return fingerprint(Buffer.from(text(test, "publicFile"), "base64"));
}

/** Whether it is a file of cosign's own, by its label and its parameters of scrypt. */
function isReadByCosign(pem: Buffer): boolean {
  const [, label = "", body = ""] = /-----BEGIN ([^-]+)-----([^-]*)-----END/.exec(pem.toString()) ?? [];
  if (!["ENCRYPTED SIGSTORE PRIVATE KEY", "ENCRYPTED COSIGN PRIVATE KEY"].includes(label)) return false;
  const { name, params } = JSON.parse(Buffer.from(body, "base64").toString()).kdf;
  return name === "scrypt" && COSTS.includes(params.N) && params.r === 8 && params.p === 1;
}

export function fileOf(test: Case): Buffer {
  return Buffer.from(text(test, "file"), "base64");
}

/** As Go reads the first PEM block; null for what it does not know. */
function fingerprint(pem: Buffer): string | null {
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyDetails?.namedCurve === "secp256k1") return null;
    return createHash("sha256")
      .update(key.export({ type: "spki", format: "der" }))
      .digest("hex");
  } catch {
    return null;
  }
}
