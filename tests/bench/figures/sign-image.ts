import { join } from "node:path";
import { MAIN } from "../../support/countersign/cli.js";
import { makeImage } from "../../support/image.js";
import { Parts } from "../../support/parts.js";
import { pushOverHttp } from "../../support/peers/content.js";
import { Cosign } from "../../support/peers/cosign.js";
import { DockerRegistry } from "../../support/peers/docker-registry.js";
import { succeed } from "../../support/process.js";
import type { Measure } from "../bench.js";
import { peersAtHand } from "../peers.js";
import { compare } from "../sampling.js";

const OFFLINE = ["--tlog-upload=false", "--use-signing-config=false"];

/**
 * Signing a small image where it is, in a real registry on loopback, by cosign's key and its password: ours in both
 * formats and judged afterwards, theirs in the one it makes unless told otherwise. Every time another image's first
 * signatures.
 */
export const measure: Measure = async function* (bench) {
  const peers = peersAtHand();
  if (peers === null) return;
  const rounds = bench.executions;
  const stage = await Parts.gather(async (parts) => {
    const registry = parts.add(await DockerRegistry.start(peers, parts.folder));
    const key = await new Cosign(peers, parts.folder).generateKey("cosign");
    return { parts, registry, key };
  });
  const { parts, registry, key } = stage;
  try {
    const image = makeImage();
    const repositories = Array.from({ length: 2 * (rounds + 1) }, (_, i) => `app-${i}`);
    for (const repository of repositories) await pushOverHttp(registry.host, repository, image, "1");
    const options = {
      cwd: parts.folder,
      env: { PATH: process.env["PATH"], HOME: parts.folder, COSIGN_PASSWORD: "" },
    };
    const next = () => `${registry.host}/${repositories.pop()}`;
    const [ours, theirs = null] = await compare(
      [
        async () => {
          const name = `${next()}:1`;
          const keys = [key.privateFile, key.publicFile];
          await succeed(process.execPath, [MAIN, "sign-image", name, name, ...keys], options);
        },
        async () => {
          const name = `${next()}@${image.digest}`;
          const args = ["sign", "--key", key.privateFile, ...OFFLINE, "-y", name];
          await succeed(join(peers.bin, "cosign"), args, options);
        },
      ],
      { rounds, turnMs: 0 },
    );
    if (ours === undefined) return;
    const name = "sign-image in place, whole process, loopback registry";
    yield { name, unit: "ms", ours, peer: "cosign sign", theirs, runs: rounds };
  } finally {
    await parts.stop();
  }
};
