// What may stand beside a signature: the entry of a transparency log, a certificate of its key.
import { createHash, type KeyObject, type KeyPairKeyObjectResult } from "node:crypto";
import { LOG_ENTRY_ANNOTATION, logEntry } from "../support/rekor.js";
import {
  alternativeNames,
  authority,
  CODE_SIGNING,
  dns,
  email,
  extendedKeyUsage,
  fulcioIssuer,
  fulcioIssuerV2,
  type Issued,
  issue,
  LONG,
  newKeys,
  SERVER_AUTH,
  T0,
} from "../support/x509.js";

const CERTIFICATE_ANNOTATION = "dev.sigstore.cosign/certificate";
const CHAIN_ANNOTATION = "dev.sigstore.cosign/chain";

/** Whom certificates are for, and who has said so. */
export const EMAIL = "alice@example.com";
export const HOST_NAME = "build.example.com";
export const ISSUER = "https://issuer.example/auth";

interface LogRecipe {
  readonly by?: "another log";
  readonly of?: "another payload" | "another signature";
  readonly at?: number;
  /** Members in another order than the log has signed them in, with white space. */
  readonly isReordered?: boolean;
}

interface CertificateRecipe {
  readonly by?: "another root" | "an intermediate";
  readonly isWithoutChain?: boolean;
  readonly email?: string;
  readonly usage?: string;
  readonly issuers?: readonly Buffer[];
  /** Valid for ten minutes around T0. */
  readonly isShort?: boolean;
}

interface Recipe {
  readonly log?: LogRecipe | "broken";
  readonly certificate?: CertificateRecipe;
}

const RECIPES = {
  "by itself": {},
  logged: { log: {} },
  "logged elsewhere": { log: { by: "another log" } },
  "logged for another payload": { log: { of: "another payload" } },
  "logged for another signature": { log: { of: "another signature" } },
  "logged, in another order": { log: { isReordered: true } },
  "with a broken log entry": { log: "broken" },
  certified: { log: {}, certificate: {} },
  "certified, not logged": { certificate: {} },
  "certified through an intermediate": { log: {}, certificate: { by: "an intermediate" } },
  "certified through an intermediate, without chain": {
    log: {},
    certificate: { by: "an intermediate", isWithoutChain: true },
  },
  "certified for another": { log: {}, certificate: { email: "bob@example.com" } },
  "certified on another's word": { log: {}, certificate: { issuers: [fulcioIssuer(`${ISSUER}/`)] } },
  "certified with issuers of both kinds": {
    log: {},
    certificate: { issuers: [fulcioIssuer(ISSUER), fulcioIssuerV2(ISSUER)] },
  },
  "certified with issuers that differ": {
    log: {},
    certificate: { issuers: [fulcioIssuer(ISSUER), fulcioIssuerV2("https://other.example")] },
  },
  "certified by another root": { log: {}, certificate: { by: "another root" } },
  "certified for servers": { log: {}, certificate: { usage: SERVER_AUTH } },
  "certified for ten minutes, logged then": { log: {}, certificate: { isShort: true } },
  "certified for ten minutes, logged later": { log: { at: T0 + 301 }, certificate: { isShort: true } },
} satisfies Record<string, Recipe>;

export type ProofName = keyof typeof RECIPES;
export const PROOFS = Object.keys(RECIPES) as ProofName[];

/** Certificates a policy can trust, by name. */
export const ROOTS = ["the root", "another root", "the intermediate", "both roots"] as const;
/** Logs a policy can trust, by name. */
export const LOGS = ["the log", "another log", "both logs"] as const;

/** Who certifies, and who logs. */
export class Authorities {
  readonly #root = authority("root");
  readonly #other = authority("another root");
  readonly #intermediate = authority("intermediate", this.#root);
  readonly #log = newKeys();
  readonly #otherLog = newKeys();

  /** PEM of the certificates a policy trusts. */
  roots(name: (typeof ROOTS)[number]): string {
    switch (name) {
      case "the root":
        return this.#root.pem;
      case "another root":
        return this.#other.pem;
      case "the intermediate":
        return this.#intermediate.pem;
      case "both roots":
        return this.#other.pem + this.#root.pem;
    }
  }

  get intermediate(): string {
    return this.#intermediate.pem;
  }

  /** PEM of the keys of logs. */
  logs(name: (typeof LOGS)[number]): string[] {
    const pem = ({ publicKey }: KeyPairKeyObjectResult) =>
      publicKey.export({ type: "spki", format: "pem" }) as string;
    const [log, other] = [pem(this.#log), pem(this.#otherLog)];
    return { "the log": [log], "another log": [other], "both logs": [other, log] }[name];
  }

  /** The annotations for a signature in base64 over a payload, made with these keys. */
  annotations(
    proof: ProofName,
    keys: KeyPairKeyObjectResult,
    signed: { payload: Uint8Array; signature: string },
  ): Record<string, string> {
    const { log, certificate }: Recipe = RECIPES[proof];
    const issued = certificate === undefined ? null : this.#certify(certificate, keys);
    const verifier = issued?.pem ?? (keys.publicKey.export({ type: "spki", format: "pem" }) as string);
    return {
      ...(issued === null ? {} : this.#certificateAnnotations(issued, certificate ?? {})),
      ...(log === undefined ? {} : { [LOG_ENTRY_ANNOTATION]: this.#entry(log, verifier, signed) }),
    };
  }

  #certify(
    { by, usage, isShort, issuers, ...recipe }: CertificateRecipe,
    keys: KeyPairKeyObjectResult,
  ): Issued {
    const names = [email(recipe.email ?? EMAIL), dns(HOST_NAME)];
    const issuer =
      by === "another root" ? this.#other : by === "an intermediate" ? this.#intermediate : this.#root;
    return issue({
      keys,
      issuer,
      ...(isShort ? {} : LONG),
      extensions: [
        extendedKeyUsage(usage ?? CODE_SIGNING),
        alternativeNames(names, true),
        ...(issuers ?? [fulcioIssuer(ISSUER)]),
      ],
    });
  }

  #certificateAnnotations(
    { pem }: Issued,
    { by, isWithoutChain }: CertificateRecipe,
  ): Record<string, string> {
    const chain = [...(by === "an intermediate" ? [this.#intermediate.pem] : []), this.#root.pem].join("");
    return {
      [CERTIFICATE_ANNOTATION]: pem,
      ...(isWithoutChain ? {} : { [CHAIN_ANNOTATION]: chain }),
    };
  }

  #entry(
    log: LogRecipe | "broken",
    verifier: string,
    { payload, signature }: { payload: Uint8Array; signature: string },
  ): string {
    if (log === "broken") return '{"SignedEntryTimestamp":"","Payload":{}}';
    const logged = {
      payload: log.of === "another payload" ? Buffer.from("another payload") : payload,
      signature: log.of === "another signature" ? otherSignature(signature) : signature,
    };
    const logKey: KeyObject = (log.by === "another log" ? this.#otherLog : this.#log).privateKey;
    const entry = logEntry(logged, { logKey, verifier, time: log.at ?? T0 });
    return log.isReordered ? reordered(entry) : entry;
  }
}

function otherSignature(signature: string): string {
  return createHash("sha512").update(signature).digest("base64");
}

function reordered(entry: string): string {
  const { SignedEntryTimestamp, Payload } = JSON.parse(entry);
  const members = Object.entries(Payload).reverse();
  return JSON.stringify({ Payload: Object.fromEntries(members), SignedEntryTimestamp }, null, 1);
}
