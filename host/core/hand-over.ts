import type { Component } from "./component.js";

const PAGE = 64 * 1024;
/** Bytes that are copied at once: a millisecond. */
const CHUNK = 1024 * 1024;

/** An instance as data. */
export interface HandedOver {
  readonly globals: readonly (number | bigint)[];
  readonly memoryBytes: number;
  /** Its memory from the start, in pieces made on request; null for a piece of zeros. */
  readonly chunks: AsyncIterable<Uint8Array | null>;
}

/** The present state of `component`. */
export function handOver(component: Component): HandedOver {
  const { memory, globals } = component.state();
  return {
    globals: globals.map(({ value }) => value),
    memoryBytes: memory.buffer.byteLength,
    chunks: chunksOf(memory),
  };
}

async function* chunksOf({ buffer }: WebAssembly.Memory): AsyncGenerator<Uint8Array | null> {
  const zeros = Buffer.alloc(CHUNK);
  for (let at = 0; at < buffer.byteLength; at += CHUNK) {
    const chunk = new Uint8Array(buffer, at, Math.min(CHUNK, buffer.byteLength - at));
    const isBlank = zeros.compare(chunk, 0, chunk.length, 0, chunk.length) === 0;
    yield isBlank ? null : Uint8Array.from(chunk);
  }
}

/** Gives a fresh instance of the same module the state of another. Other work can run between pieces. */
export async function takeOver(component: Component, from: HandedOver): Promise<void> {
  const { memory, globals } = component.state();
  if (globals.length !== from.globals.length) throw new TypeError("an instance of another module");
  const initial = memory.buffer.byteLength;
  memory.grow((from.memoryBytes - initial) / PAGE);
  const target = new Uint8Array(memory.buffer);
  let at = 0;
  for await (const chunk of from.chunks) {
    if (chunk !== null) target.set(chunk, at);
    // Memory beyond its initial size is zero already.
    else if (at < initial) target.fill(0, at, Math.min(at + CHUNK, initial));
    at += chunk?.length ?? CHUNK;
  }
  if (at < from.memoryBytes) throw new TypeError("an instance that is not all there");
  for (const [i, global] of globals.entries()) global.value = from.globals[i] ?? 0;
}
