import { createHash } from "node:crypto";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import type { Measure } from "../bench.js";
import { CryptoProbe } from "../crypto-probe.js";
import { rate, scaled } from "../figure.js";
import { compare } from "../sampling.js";

const ALGORITHMS = [
  { name: "SHA-256", algorithm: "sha256", noble: sha256 },
  { name: "SHA-512", algorithm: "sha512", noble: sha512 },
] as const;

const SIZES = [
  { size: "64 B", bytes: 64 },
  { size: "4 KiB", bytes: 4096 },
  { size: "1 MiB", bytes: 1 << 20 },
];

/** Hashes of messages that are copied into the core first, as the component does. */
export const measure: Measure = async function* ({ effort }) {
  const probe = new CryptoProbe();
  for (const { name, algorithm, noble } of ALGORITHMS) {
    for (const { size, bytes } of SIZES) {
      const message = Buffer.alloc(bytes, "x");
      const hashNode = () => createHash(algorithm).update(message).digest();
      const contenders = [probe.hasher(algorithm, message), hashNode, () => noble(message)];
      const [ours, node, slow] = await compare(contenders, effort);
      if (ours === undefined || node === undefined || slow === undefined) return;
      // A short message is a matter of time, a long one of throughput.
      const long = bytes >= 4096;
      const shown = long
        ? (time: typeof ours) => rate(time, bytes / 1000)
        : (time: typeof ours) => scaled(time, 1000);
      const common = {
        name: `${name} of ${size}`,
        unit: long ? "MB/s" : "µs",
        ours: shown(ours),
        runs: effort.rounds,
      } as const;
      yield { ...common, peer: "node:crypto", theirs: shown(node) };
      yield { ...common, peer: "@noble/hashes", theirs: shown(slow) };
    }
  }
};
