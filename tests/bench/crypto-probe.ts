// The core's cryptography by itself, compiled from the product's sources with the release options: a call through the
// component costs microseconds of its own.

import { readFileSync } from "node:fs";

const PROBE = new URL("../../../build/probe/crypto.wasm", import.meta.url);

interface Exports {
  memory: WebAssembly.Memory;
  mark(): number;
  release(marker: number): void;
  allocate(length: number): number;
  parseKey(pem: number, length: number): number;
  know(key: number): void;
  knowAuthority(key: number): void;
  makeTables(budget: number): number;
  verify(
    key: number,
    message: number,
    messageLength: number,
    signature: number,
    signatureLength: number,
  ): number;
  sha256(message: number, length: number): number;
  sha512(message: number, length: number): number;
}

/** Uses of a key, before all of its multiples pay. */
const USES = 1000;

export class CryptoProbe {
  readonly #core = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(PROBE)))
    .exports as unknown as Exports;

  /**
   * Verifies one signature again and again, with message and signature copied in each time as the component does: by a key
   * of the policy that has been used for a while. For one key in an instance, as below.
   */
  verifierByKnownKey(pem: string, message: Uint8Array, signature: Uint8Array): () => boolean {
    const core = this.#core;
    const key = core.parseKey(...this.#put(Buffer.from(pem)));
    core.know(key);
    return this.#prepared(this.#verifier(key, message, signature));
  }

  /** By a key that was never seen before: of a certificate, where all that the policy names is the authority. */
  verifierByUnknownKey(pem: string, message: Uint8Array, signature: Uint8Array): () => boolean {
    const core = this.#core;
    core.knowAuthority(core.parseKey(...this.#put(Buffer.from(pem))));
    return this.#prepared(this.#verifier(core.parseKey(...this.#put(Buffer.from(pem))), message, signature));
  }

  /** When what pays for keys that are used often has been made. */
  #prepared(verify: () => boolean): () => boolean {
    for (let i = 0; i < USES; i++) verify();
    while (this.#core.makeTables(1000));
    return verify;
  }

  #verifier(key: number, message: Uint8Array, signature: Uint8Array): () => boolean {
    const core = this.#core;
    return () => {
      const marker = core.mark();
      const valid = core.verify(key, ...this.#put(message), ...this.#put(signature));
      core.release(marker);
      return valid !== 0;
    };
  }

  /** Hashes a message again and again, copied in each time. */
  hasher(algorithm: "sha256" | "sha512", message: Uint8Array): () => void {
    const core = this.#core;
    return () => {
      const marker = core.mark();
      core[algorithm](...this.#put(message));
      core.release(marker);
    };
  }

  /** Address and length of a copy in the core's memory. */
  #put(bytes: Uint8Array): [number, number] {
    const address = this.#core.allocate(bytes.length);
    new Uint8Array(this.#core.memory.buffer).set(bytes, address);
    return [address, bytes.length];
  }
}
