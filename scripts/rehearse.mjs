// Uses the bundled program as people do, and keeps what V8 has compiled for it: functions not used here are compiled
// when they are needed.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { compileBundle, runBundle } from "../dist/host/cli/bundled-program.cjs";
import { makeImage, pushImage } from "../dist/tests/support/image.js";
import { startRegistry } from "../dist/tests/support/registry/registry.js";

const { script } = compileBundle(undefined);
const { dispatch } = runBundle(script);
const folder = await mkdtemp(join(tmpdir(), "countersign-rehearsal-"));
const registry = await startRegistry();
try {
  await rehearse();
  await writeFile("dist/bundle/program.cache", script.createCachedData());
} finally {
  await registry.close();
  await rm(folder, { recursive: true });
}

async function rehearse() {
  const key = join(folder, "cosign");
  const policy = join(folder, "policy.json");
  const signed = [
    { type: "sigstoreSigned", keyPath: `${key}.pub`, signedIdentity: { type: "matchRepository" } },
  ];
  await writeFile(policy, JSON.stringify({ default: signed }));
  pushImage(registry, "a", makeImage(), "1");
  const [from, to] = ["a:1", "b:1"].map((name) => `${registry.host}/${name}`);
  const keys = [`${key}.key`, `${key}.pub`];
  await succeed("generate-key-pair", "--output-key-prefix", key);
  await succeed("sign-image", from, to, ...keys);
  await succeed("sign-image", to, to, ...keys);
  await succeed("verify", "--policy", policy, to);
}

/** Its output is nobody's. */
async function succeed(...args) {
  const { stdout, stderr } = process;
  const writes = [stdout, stderr].map((stream) => [stream, stream.write]);
  for (const [stream] of writes) stream.write = () => true;
  try {
    const status = await dispatch(args);
    if (status !== 0) throw new Error(`${args[0]} ended with ${status}`);
  } finally {
    for (const [stream, write] of writes) stream.write = write;
  }
}
