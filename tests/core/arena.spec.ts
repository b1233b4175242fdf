import { Bytes } from "../../assembly/bytes/bytes";
import { mark, realloc, release } from "../../assembly/runtime/arena";
import { toHex } from "./support/hex";

class Pair {
  first: u64 = 0;
  second: u32;
  third: Pair | null;
}

/** Fills `length` bytes above the present top with ones, and gives them back. */
function dirty(length: i32): void {
  const marker = mark();
  const block = Bytes.alloc(length);
  memory.fill(block.start, 0xff, length);
  release(marker);
}

/** A block as the canonical ABI asks for it. */
function block(size: usize): usize {
  return realloc(0, 0, 1, size);
}

describe("mark and release", () => {
  it("give back everything at once", () => {
    const first = mark();
    for (let i = 0; i < 100; i++) Bytes.alloc(i);
    release(first);
    expect(mark()).toBe(first);
  });

  it("nest", () => {
    const outer = mark();
    Bytes.alloc(100);
    const inner = mark();
    Bytes.alloc(100);
    release(inner);
    expect(mark()).toBe(inner);
    release(outer);
    expect(mark()).toBe(outer);
  });

  it("leave alone what was there before the mark", () => {
    const before = Bytes.of("policy");
    const numbers = new StaticArray<u32>(4);
    numbers[3] = 42;
    const marker = mark();
    for (let i = 0; i < 50; i++) memory.fill(Bytes.alloc(64).start, 0xff, 64);
    release(marker);
    memory.fill(Bytes.alloc(4096).start, 0xff, 4096);
    expect(toHex(before)).toBe("706f6c696379");
    expect(numbers[0]).toBe(0);
    expect(numbers[3]).toBe(42);
  });

  it("work over more than the memory there was", () => {
    const marker = mark();
    const pages = memory.size();
    Bytes.alloc((pages + 1) << 16);
    expect(memory.size()).toBeGreaterThan(pages);
    release(marker);
    expect(mark()).toBe(marker);
  });

  it("are followed by cleared memory for all that is constructed", () => {
    dirty(4096);
    const bytes = Bytes.alloc(64);
    const words = new StaticArray<u32>(16);
    const list = new Array<u32>(16);
    const view = new Uint8Array(64);
    const pair = new Pair();
    for (let i = 0; i < 64; i++) assert(bytes.at(i) == 0 && view[i] == 0);
    for (let i = 0; i < 16; i++) assert(words[i] == 0 && list[i] == 0);
    expect(pair.first).toBe(0);
    expect(pair.second).toBe(0);
    expect(pair.third === null).toBe(true);
  });
});

describe("realloc", () => {
  it("gives new blocks aligned to 16", () => {
    for (let size: usize = 0; size < 40; size++) assert(block(size) % 16 == 0);
    expect(block(1)).not.toBe(block(1));
  });

  it("keeps the content of a block that grows, last or not", () => {
    const old = block(8);
    store<u64>(old, 0x0123456789ab);
    const inPlace = realloc(old, 8, 8, 4096);
    expect(load<u64>(inPlace)).toBe(0x0123456789ab);
    block(1);
    const moved = realloc(inPlace, 4096, 8, 100_000);
    expect(moved).not.toBe(inPlace);
    expect(load<u64>(moved)).toBe(0x0123456789ab);
  });

  it("does not let a block that grew overlap the next", () => {
    const grown = realloc(block(8), 8, 1, 1000);
    expect(block(1)).toBeGreaterThanOrEqual(grown + 1000);
  });

  throws("when a new block is larger than memory can be", () => {
    realloc(0, 0, 1, 0xffff_ffff);
  });

  throws("when a block would grow around the end of the address space", () => {
    realloc(block(100), 100, 1, <usize>-200);
  });

  throws("when a block that is not the last would do so", () => {
    const old = block(100);
    block(1);
    realloc(old, 100, 1, <usize>-200);
  });

  throws("when more is asked for than memory may grow to", () => {
    for (let i = 0; i < 8; i++) realloc(0, 0, 1, (1 << 30) - 64);
  });

  throws("when the old size is more than the block has", () => {
    realloc(block(8), 1000, 1, 2000);
  });

  throws("when the old block is not at the beginning of one", () => {
    realloc(block(100) + 1, 0, 1, 200);
  });

  throws("when the old block lies outside memory", () => {
    realloc(0xffff_fff0, 0, 1, 16);
  });

  throws("when the alignment is more than the ABI's largest", () => {
    realloc(0, 0, 32, 16);
  });
});
