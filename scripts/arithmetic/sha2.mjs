// The compression functions of SHA-256 and SHA-512 (FIPS 180-4, 6.2.2 and 6.4.2), sixteen rounds at a time: the sixteen
// words of the schedule and the eight of the state are local variables, whose names change places instead of their values.
// All rounds in a row are slower, and in a process that hashes little it takes longer to compile them than to hash.

const SHA256 = {
  word: "u32",
  bits: 32,
  rounds: 64,
  // Σ0, Σ1: rotations by these, the second and third as what each adds to the one before.
  SIGMA0: [2, 11, 9],
  SIGMA1: [6, 5, 14],
  // σ0, σ1: two rotations, the second as what it adds to the first, and a shift.
  sigma0: [7, 11, 3],
  sigma1: [17, 2, 10],
};

const SHA512 = {
  word: "u64",
  bits: 64,
  rounds: 80,
  SIGMA0: [28, 6, 5],
  SIGMA1: [14, 4, 23],
  sigma0: [1, 7, 7],
  sigma1: [19, 42, 6],
};

export const HASHES = [
  { file: "sha256-blocks", name: "sha256Blocks", ...SHA256 },
  { file: "sha512-blocks", name: "sha512Blocks", ...SHA512 },
];

export function blocksText({ name, word, bits, rounds, SIGMA0, SIGMA1, sigma0, sigma1 }) {
  const bytes = bits / 8;
  const constants = roundConstants(rounds, bits);
  const rotate = (x, by) => `rotr<${word}>(${x}, ${by})`;
  // rotr(x, a) ^ rotr(x, a + b) ^ rotr(x, a + b + c), with one temporary less.
  const SIGMA = (x, [a, b, c]) => rotate(`${rotate(`${rotate(x, c)} ^ ${x}`, b)} ^ ${x}`, a);
  const sigma = (x, [a, b, shift]) => `(${rotate(`${rotate(x, b)} ^ ${x}`, a)} ^ (${x} >> ${shift}))`;
  const schedule = (t) => `w${t & 15}`;

  // After 16 rounds every name means again what it meant.
  const first = [];
  const others = [];
  let names = [..."abcdefgh"];
  for (let t = 0; t < 32; t++) {
    const lines = t < 16 ? first : others;
    if (t < 16) lines.push(`${schedule(t)} = bswap<${word}>(load<${word}>(block, ${bytes * t}));`);
    else {
      const [w, w2, w7, w15] = [t, t - 2, t - 7, t - 15].map(schedule);
      lines.push(`${w} += ${sigma(w15, sigma0)} + ${w7} + ${sigma(w2, sigma1)};`);
    }
    const [a, b, , d, e, f, g, h] = names;
    const constant =
      t < 16 ? `0x${constants[t].toString(16)}` : `load<${word}>(constants, ${bytes * (t - 16)})`;
    lines.push(
      `t1 = ${h} + ${constant} + ${schedule(t)} + (${g} ^ (${e} & (${f} ^ ${g}))) + ${SIGMA(e, SIGMA1)};`,
    );
    lines.push(`${d} += t1;`);
    // Maj(a, b, c) is b ^ ((a ^ b) & (b ^ c)), and a ^ b is the b ^ c of the next round.
    lines.push(`ab = ${a} ^ ${b};`);
    lines.push(`${h} = t1 + ${SIGMA(a, SIGMA0)} + (${b} ^ (ab & bc));`);
    lines.push("bc = ab;");
    names = [h, ...names.slice(0, 7)];
  }
  const state = [..."abcdefgh"];
  const words = Array.from({ length: 16 }, (_, i) => `w${i}`);
  const indent = (text) => text.map((line) => `    ${line}\n`).join("");
  const end = `K + ${bytes * (rounds - 16)}`;
  const table = constants.slice(16).map((constant) => `0x${constant.toString(16)}`);
  return `// Made by scripts/generate-arithmetic.mjs from scripts/arithmetic/sha2.mjs; not to be edited.

const K: usize = memory.data<${word}>([${table.join(", ")}]);

/** Takes \`count\` blocks from \`block\` on into \`state\`, eight words. */
export function ${name}(state: usize, block: usize, count: i32): void {
  let ${[...words, "t1", "ab", "bc"].map((local) => `${local}: ${word} = 0`).join(", ")};
${state.map((local, i) => `  let ${local} = load<${word}>(state, ${bytes * i});\n`).join("")}  for (; count > 0; count--) {
    bc = b ^ c;
${indent(first)}    for (let constants = K; constants < ${end}; constants += ${16 * bytes}) {
${indent(others)}    }
${indent(state.map((local, i) => `${local} += load<${word}>(state, ${bytes * i});`))}${indent(
  state.map((local, i) => `store<${word}>(state, ${local}, ${bytes * i});`),
)}    block += ${16 * bytes};
  }
}
`;
}

/** 4.2.2 and 4.2.3: the first bits of the fractional parts of the cube roots of the first primes. */
export function roundConstants(count, bits) {
  const primes = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  return primes.map((prime) => BigInt.asUintN(bits, cubeRoot(BigInt(prime) << BigInt(3 * bits))));
}

/** Rounded down. */
function cubeRoot(n) {
  let root = 0n;
  for (let bit = BigInt(Math.ceil(n.toString(2).length / 3)); bit >= 0n; bit--) {
    const larger = root | (1n << bit);
    if (larger ** 3n <= n) root = larger;
  }
  return root;
}
