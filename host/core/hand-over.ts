import type { Component } from "./component.js";

const PAGE = 64 * 1024;
/** Bytes that are copied at once: a millisecond. */
const CHUNK = 1024 * 1024;

/** An instance as data. */
export interface HandedOver {
  readonly globals: readonly (number | bigint)[];
  readonly memoryBytes: number;
  /** Its memory from the start on, piece by piece, as they are asked for; null for one of zeros only. */
  readonly chunks: AsyncIterable<Uint8Array | null>;
}

/** What `component` is at the moment. */
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

/** Makes a fresh instance, of the same module, what another one was. Other work is done between its pieces. */
export async function takeOver(component: Component, from: HandedOver): Promise<void> {
  const { memory, globals } = component.state();
  if (globals.length !== from.globals.length) throw new TypeError("an instance of another module");
  const initial = memory.buffer.byteLength;
  memory.grow((from.memoryBytes - initial) / PAGE);
  const target = new Uint8Array(memory.buffer);
  let at = 0;
  for await (const chunk of from.chunks) {
    if (chunk !== null) target.set(chunk, at);
    // Beyond what it begins with, memory is zeros already.
    else if (at < initial) target.fill(0, at, Math.min(at + CHUNK, initial));
    at += chunk?.length ?? CHUNK;
  }
  if (at < from.memoryBytes) throw new TypeError("an instance that is not all there");
  for (const [i, global] of globals.entries()) global.value = from.globals[i] ?? 0;
}
