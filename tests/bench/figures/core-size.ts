import { readFileSync } from "node:fs";
import { brotliCompressSync } from "node:zlib";
import type { Measure } from "../bench.js";
import { single } from "../figure.js";

const CORE = new URL("verifier.core.wasm", import.meta.resolve("#component"));

/** What has to be transferred of the core, and measured. */
export const measure: Measure = async function* () {
  const kilobytes = single(brotliCompressSync(readFileSync(CORE)).length / 1000);
  yield {
    name: "core module, compressed (brotli)",
    unit: "KB",
    ours: kilobytes,
    peer: "",
    theirs: null,
    runs: 1,
  };
};
