// The core's cryptography by itself: build/probe/crypto.wasm, made of the same sources with the same options.
import { readFileSync } from "node:fs";

interface Exports {
  memory: WebAssembly.Memory;
  mark(): number;
  release(marker: number): void;
  allocate(length: number): number;
  sha256(message: number, length: number): number;
  sha384(message: number, length: number): number;
  sha512(message: number, length: number): number;
  powerModulo(a: number, exponent: number, m: number, length: number): number;
  parseKey(pem: number, length: number): number;
  keyKind(key: number): number;
  keySpki(key: number): number;
  keySpkiLength(key: number): number;
  keyProblem(key: number): number;
  keyProblemLength(key: number): number;
  verify(
    key: number,
    message: number,
    messageLength: number,
    signature: number,
    signatureLength: number,
  ): number;
  verifyNamed(
    algorithm: number,
    key: number,
    message: number,
    messageLength: number,
    signature: number,
    signatureLength: number,
  ): number;
  verifyPure(
    key: number,
    message: number,
    messageLength: number,
    signature: number,
    signatureLength: number,
  ): number;
}

const PROBE = new URL("../../../../build/probe/crypto.wasm", import.meta.url);
const core = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(PROBE)), {})
  .exports as unknown as Exports;

/** In the order of assembly/sig/public-key.ts. */
const KINDS = ["ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "rsa", "ed25519"];

/** In the order of assembly/sig/signature-algorithm.ts. */
export const ALGORITHMS = [
  ...["unsupported", "ecdsa-sha256", "ecdsa-sha384", "ecdsa-sha512"],
  ...["rsa-sha256", "rsa-sha384", "rsa-sha512", "ed25519"],
];

export interface Key {
  kind: string;
  spki: Buffer;
}

export function sha256(message: Uint8Array): Buffer {
  return working(() => read(core.sha256(...put(message)), 32));
}

export function sha384(message: Uint8Array): Buffer {
  return working(() => read(core.sha384(...put(message)), 48));
}

export function sha512(message: Uint8Array): Buffer {
  return working(() => read(core.sha512(...put(message)), 64));
}

/** a^exponent mod m, each of the same number of bytes. */
export function powerModulo(a: Uint8Array, exponent: Uint8Array, m: Uint8Array): Buffer {
  return working(() => {
    const [[atA, length], [atExponent], [atM]] = [put(a), put(exponent), put(m)];
    return read(core.powerModulo(atA, atExponent, atM, length), length);
  });
}

/** The key of a PEM file, or the sentence that says why there is none. */
export function parseKey(pem: string | Uint8Array): Key | string {
  return working(() => {
    const key = core.parseKey(...put(pem));
    const kind = KINDS[core.keyKind(key)];
    if (kind === undefined)
      return read(core.keyProblem(key), 2 * core.keyProblemLength(key)).toString("utf16le");
    const spki = read(core.keySpki(key), core.keySpkiLength(key));
    return { kind, spki };
  });
}

/** Whether `signature` over `message` is by the key of the PEM file, which must hold one. */
export function verify(pem: string, message: Uint8Array, signature: Uint8Array): boolean {
  return working(() => {
    const key = core.parseKey(...put(pem));
    return core.verify(key, ...put(message), ...put(signature)) !== 0;
  });
}

/** The same with one of `ALGORITHMS`. */
export function verifyNamed(
  algorithm: string,
  pem: string,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  return working(() => {
    const key = core.parseKey(...put(pem));
    return core.verifyNamed(ALGORITHMS.indexOf(algorithm), key, ...put(message), ...put(signature)) !== 0;
  });
}

/** The same by Ed25519 itself, without Ed25519ph beside it. */
export function verifyPure(pem: string, message: Uint8Array, signature: Uint8Array): boolean {
  return working(() => {
    const key = core.parseKey(...put(pem));
    return core.verifyPure(key, ...put(message), ...put(signature)) !== 0;
  });
}

/** Runs `work` and gives back the memory it took. */
function working<T>(work: () => T): T {
  const marker = core.mark();
  const result = work();
  core.release(marker);
  return result;
}

/** Address and length of a copy in the core's memory. */
function put(content: string | Uint8Array): [number, number] {
  const bytes = Buffer.from(content);
  const address = core.allocate(bytes.length);
  bytes.copy(new Uint8Array(core.memory.buffer), address);
  return [address, bytes.length];
}

function read(address: number, length: number): Buffer {
  return Buffer.from(core.memory.buffer.slice(address, address + length));
}
