// The core's functions below the component's interface, from build/probe/conformance.wasm
// (assembly/probe/conformance.ts has the layout of arguments and results).

import { readFileSync } from "node:fs";

const NONE = 0xffffffff;

export interface ReferenceParts {
  string: string;
  name: string;
  domain: string;
  path: string;
  tag: string | null;
  digest: string | null;
}

export interface PayloadParts {
  digest: string;
  reference: string;
  creator: string | null;
  timestamp: number | null;
}

export interface FulcioFields {
  ca: string;
  oidcIssuer: string;
  subjectEmail: string;
}

export interface PkiFields {
  roots: string;
  intermediates: string | null;
  /** Empty where it does not matter, as the other. */
  subjectEmail: string;
  subjectHostname: string;
}

type Field = string | null;

interface Exports {
  memory: WebAssembly.Memory;
  input(size: number): number;
  parseNormalized(): number;
  parsePlain(): number;
  isDigest(): number;
  matchesIdentity(): number;
  remapPrefixMatches(): number;
  remapRewrite(): number;
  parsePayload(): number;
  verifyLogEntry(): number;
  isLogEntry(): number;
  isLogPayload(): number;
  wholeNumber(): number;
  verifyFulcio(): number;
  verifyPki(): number;
}

export class Probe {
  private readonly core: Exports;

  constructor(wasm: URL) {
    const module = new WebAssembly.Module(readFileSync(wasm));
    this.core = new WebAssembly.Instance(module).exports as unknown as Exports;
  }

  parseNormalized(reference: string): ReferenceParts | null {
    return referenceParts(this.call("parseNormalized", [reference]));
  }

  /** Without the expansion to docker.io/library. */
  parsePlain(reference: string): ReferenceParts | null {
    return referenceParts(this.call("parsePlain", [reference]));
  }

  isDigest(digest: string): boolean {
    return this.call("isDigest", [digest]) !== null;
  }

  /** `image` is null for an image without a docker-like name; `signed` is the signature's docker-reference. */
  matchesIdentity(signedIdentity: Record<string, unknown>, image: string | null, signed: string): boolean {
    const member = (name: string): Field => (signedIdentity[name] as string | undefined) ?? null;
    const fields = ["type", "dockerReference", "dockerRepository", "prefix", "signedPrefix"].map(member);
    return this.call("matchesIdentity", [image, signed, ...fields]) !== null;
  }

  remapPrefixMatches(reference: string, prefix: string): boolean {
    return this.call("remapPrefixMatches", [reference, prefix]) !== null;
  }

  /** The reference after rewriting, or null where that is an error. */
  remapRewrite(reference: string, prefix: string, signedPrefix: string): string | null {
    return this.call("remapRewrite", [reference, prefix, signedPrefix])?.[0] ?? null;
  }

  parsePayload(payload: string): PayloadParts | null {
    const fields = this.call("parsePayload", [payload]);
    if (fields === null) return null;
    const [digest = "", reference = "", creator = null, timestamp = null] = fields;
    return {
      digest: digest ?? "",
      reference: reference ?? "",
      creator,
      timestamp: timestamp === null ? null : Number(timestamp),
    };
  }

  /** When the log says that it saw the signature; null if its word is not believed. */
  verifyLogEntry(
    entry: string,
    pem: string,
    signature: string,
    payload: string,
    keys: string[],
  ): number | null {
    const fields = this.call("verifyLogEntry", [entry, pem, signature, payload, ...keys, null]);
    return fields === null ? null : Number(fields[0]);
  }

  isLogEntry(text: string): boolean {
    return this.call("isLogEntry", [text]) !== null;
  }

  isLogPayload(text: string): boolean {
    return this.call("isLogPayload", [text]) !== null;
  }

  /** Whether a certificate is one of Fulcio's at a time in Unix seconds. */
  verifyFulcio(fulcio: FulcioFields, certificate: string, chain: string, time: number): boolean {
    const { ca, oidcIssuer, subjectEmail } = fulcio;
    const fields = [ca, oidcIssuer, subjectEmail, certificate, chain, String(time)];
    return this.call("verifyFulcio", fields) !== null;
  }

  /** The same for one of a pki. */
  verifyPki(pki: PkiFields, certificate: string, chain: string, now: number): boolean {
    const { roots, intermediates, subjectEmail, subjectHostname } = pki;
    const fields = [roots, intermediates, subjectEmail, subjectHostname, certificate, chain, String(now)];
    return this.call("verifyPki", fields) !== null;
  }

  /** A JSON number as RFC 8785 writes it; null if it is not whole, or no int64. */
  wholeNumber(text: string): string | null {
    return this.call("wholeNumber", [text])?.[0] ?? null;
  }

  /** Null is the core's "no"; otherwise the fields of its answer. */
  private call(name: Exclude<keyof Exports, "memory" | "input">, fields: Field[]): Field[] | null {
    const encoded = fields.map((field) => (field === null ? null : Buffer.from(field, "utf8")));
    const size = encoded.reduce((sum, bytes) => sum + 4 + (bytes?.length ?? 0), 0);
    let at = this.core.input(size);
    for (const bytes of encoded) {
      const memory = Buffer.from(this.core.memory.buffer);
      memory.writeUInt32LE(bytes?.length ?? NONE, at);
      bytes?.copy(memory, at + 4);
      at += 4 + (bytes?.length ?? 0);
    }
    return this.answer(this.core[name]());
  }

  private answer(address: number): Field[] | null {
    const memory = Buffer.from(this.core.memory.buffer);
    let at = address >>> 0;
    const next = (): number => {
      at += 4;
      return memory.readUInt32LE(at - 4);
    };
    const count = next();
    if (count === NONE) return null;
    return Array.from({ length: count }, () => {
      const length = next();
      if (length === NONE) return null;
      at += length;
      return memory.toString("utf8", at - length, at);
    });
  }
}

function referenceParts(fields: Field[] | null): ReferenceParts | null {
  if (fields === null) return null;
  const [string, name, domain, path, tag, digest] = fields;
  return {
    string: string ?? "",
    name: name ?? "",
    domain: domain ?? "",
    path: path ?? "",
    tag: tag ?? null,
    digest: digest ?? null,
  };
}
