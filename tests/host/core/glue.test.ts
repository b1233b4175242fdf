import assert from "node:assert/strict";
import { test } from "node:test";

import { instantiate } from "#component";
import type { Image } from "#component/types";

/** What the interface's functions are called in the core module, less the interface. */
type Answers = Record<string, (core: FakeCore, ...values: number[]) => number>;

/** Stands for the core: its memory grows at every allocation, so that no view of it stays good. */
class FakeCore {
  readonly memory = new WebAssembly.Memory({ initial: 1 });
  #top = 1024;

  allocate(length: number): number {
    this.memory.grow(1);
    const address = this.#top;
    this.#top += length;
    return address;
  }

  text(address: number, length: number): string {
    return Buffer.from(this.memory.buffer, address, length).toString("latin1");
  }

  /** Puts numbers of 32 bits somewhere, and bytes behind them. */
  put(words: (number | string)[], bytes = ""): number {
    const address = this.allocate(4 * words.length + bytes.length);
    const data = new DataView(this.memory.buffer);
    const behind = address + 4 * words.length;
    for (const [i, word] of words.entries())
      data.setUint32(address + 4 * i, typeof word === "number" ? word : behind, true);
    Buffer.from(this.memory.buffer, behind, bytes.length).write(bytes, "latin1");
    return address;
  }
}

/** The component's functions over a fake core. */
function over(answers: Answers) {
  const core = new FakeCore();
  const exports: Record<string, unknown> = {
    memory: core.memory,
    cabi_realloc: (_old: number, _oldSize: number, _alignment: number, size: number) => core.allocate(size),
  };
  for (const [name, answer] of Object.entries(answers))
    exports[`countersign:verifier/verifier@0.1.0#${name}`] = (...values: number[]) => answer(core, ...values);
  // One function of the core does for all of them, under the first of its names.
  exports["cabi_post_countersign:verifier/verifier@0.1.0#seal"] = () => {};
  const module = new WebAssembly.Module(Buffer.from("0061736d01000000", "hex"));
  return instantiate(
    () => module,
    {},
    () => ({ exports }) as WebAssembly.Instance,
  ).verifier;
}

/** The texts that `explain` is called with, and a refusal under a code. */
function explaining(code: number, seen: string[] = []) {
  return over({
    explain: (core, ...values) => {
      const pairs = [...values.slice(0, 4), ...values.slice(5)];
      for (let i = 0; i < pairs.length; i += 2) seen.push(core.text(pairs[i] ?? 0, pairs[i + 1] ?? 0));
      return core.put([1, code, "", 3], "wh\xff");
    },
  });
}

const IMAGE: Image = {
  transport: "docker",
  name: "",
  mode: "user",
  digest: "é𝄞".repeat(3),
  descriptor: Buffer.of(1, 2, 255),
};

test("texts are lowered as UTF-8, bytes as they are, into memory that grows meanwhile", () => {
  const seen: string[] = [];
  assert.throws(() => explaining(5, seen).explain(IMAGE));
  const digest = Buffer.from(IMAGE.digest).toString("latin1");
  assert.deepEqual(seen, ["docker", "", digest, "\x01\x02\xff"]);
});

test("a typed error is lifted, and what is no UTF-8 in it replaced", () => {
  assert.throws(() => explaining(5).explain(IMAGE), {
    payload: { code: "name-invalid", reason: "wh\ufffd" },
  });
});

const BAD_ANSWERS: [what: string, words: (number | string)[]][] = [
  ["a case that is none", [1, 250, "", 0]],
  ["a variant that is none", [2, 5, "", 0]],
  ["a text that begins beyond memory", [1, 5, 0xffff_fff0, 3]],
  ["a text that ends beyond memory", [1, 5, "", 0x7fff_ffff]],
];
for (const [what, words] of BAD_ANSWERS) {
  test(`${what} is not lifted`, () => {
    const { explain } = over({ explain: (core) => core.put(words) });
    assert.throws(
      () => explain(IMAGE),
      (error) => error instanceof TypeError || error instanceof RangeError,
    );
  });
}

test("a bool that is neither is not lifted", () => {
  assert.equal(over({ idle: () => 1 }).idle(7), true);
  assert.throws(() => over({ idle: () => 2 }).idle(7), TypeError);
});

const BAD_ARGUMENTS: [what: string, image: object][] = [
  ["text for bytes", { descriptor: "{}" }],
  ["a list of numbers for bytes", { descriptor: [1] }],
  ["a number for text", { name: 5 }],
  ["a mode that is none", { mode: "other" }],
];
for (const [what, part] of BAD_ARGUMENTS) {
  test(`${what} is not lowered`, () => {
    const seen: string[] = [];
    assert.throws(() => explaining(5, seen).explain({ ...IMAGE, ...part } as Image), TypeError);
    assert.deepEqual(seen, []);
  });
}

test("numbers out of range are not lowered", () => {
  const { idle } = over({ idle: () => 0 });
  for (const budget of [-1, 2 ** 32, 1.5, Number.NaN]) assert.throws(() => idle(budget), TypeError);
});
