// ECDSA on points, digests and numbers as they are, by every path the core has; and by the plain implementation.
import { readFileSync } from "node:fs";

interface Core {
  memory: WebAssembly.Memory;
  mark(): number;
  release(marker: number): void;
  allocate(length: number): number;
  keyOfPoint(kind: number, point: number, length: number): number;
  know(key: number): void;
  useOften(key: number): void;
  makeTables(budget: number): number;
  verifyNumbers(
    key: number,
    digest: number,
    digestLength: number,
    r: number,
    s: number,
    length: number,
  ): number;
}

interface Plain {
  memory: WebAssembly.Memory;
  mark(): number;
  release(marker: number): void;
  allocate(length: number): number;
  verify(
    curve: number,
    point: number,
    digest: number,
    digestLength: number,
    r: number,
    s: number,
    length: number,
  ): number;
}

/** A triple to be judged: all big-endian, r and s as long as a coordinate. */
export interface Triple {
  readonly digest: Uint8Array;
  readonly r: Uint8Array;
  readonly s: Uint8Array;
}

/** How much is known of a key. */
export const PATHS = ["unknown", "small", "large"] as const;
export type Path = (typeof PATHS)[number];

const BITS = [256, 384, 521];

const modules = new Map<string, WebAssembly.Module>();

function instance(probe: string): unknown {
  let module = modules.get(probe);
  if (module === undefined) {
    module = new WebAssembly.Module(
      readFileSync(new URL(`../../../../build/probe/${probe}.wasm`, import.meta.url)),
    );
    modules.set(probe, module);
  }
  return new WebAssembly.Instance(module, {}).exports;
}

/** Verification by the key with this uncompressed point. `checked`: with the bounds of every operand asserted. */
export function verifier(point: Uint8Array, path: Path, checked = false): (triple: Triple) => boolean {
  const core = instance(checked ? "checked" : "crypto") as Core;
  const put = putter(core);
  const kind = [65, 97, 133].indexOf(point.length);
  const key = core.keyOfPoint(kind, ...put(point));
  if (key === 0) throw new Error("no such point");
  if (path !== "unknown") core.know(key);
  if (path === "large") {
    core.useOften(key);
    while (core.makeTables(1_000_000));
  }
  return ({ digest, r, s }) => {
    const marker = core.mark();
    const valid = core.verifyNumbers(key, ...put(digest), put(r)[0], put(s)[0], r.length);
    core.release(marker);
    return valid !== 0;
  };
}

/** The same by the plain implementation. */
export function plainVerifier(point: Uint8Array): (triple: Triple) => boolean {
  const plain = instance("plain") as Plain;
  const put = putter(plain);
  const bits = BITS[[65, 97, 133].indexOf(point.length)] ?? 0;
  return ({ digest, r, s }) => {
    const marker = plain.mark();
    const valid = plain.verify(bits, put(point)[0], ...put(digest), put(r)[0], put(s)[0], r.length);
    plain.release(marker);
    return valid !== 0;
  };
}

function putter(probe: Pick<Core, "memory" | "allocate">): (bytes: Uint8Array) => [number, number] {
  return (bytes) => {
    const address = probe.allocate(bytes.length);
    new Uint8Array(probe.memory.buffer).set(bytes, address);
    return [address, bytes.length];
  };
}
