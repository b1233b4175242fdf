import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { startDaemon } from "../../support/countersign/daemon.js";
import { GuardedContainerd } from "../../support/countersign/guarded-containerd.js";
import { writePolicy } from "../../support/countersign/policy.js";
import { makeImage } from "../../support/image.js";
import { Parts } from "../../support/parts.js";
import { Containerd } from "../../support/peers/containerd.js";
import { pushOverHttp, pushSignatureOverHttp, putManifest } from "../../support/peers/content.js";
import { Cri } from "../../support/peers/cri.js";
import { DockerRegistry } from "../../support/peers/docker-registry.js";
import type { ImageClient } from "../../support/peers/image-client.js";
import type { Peers } from "../../support/peers/peers.js";
import { generateKey, signLegacy } from "../../support/sign.js";
import type { Bench } from "../bench.js";
import type { Figure } from "../figure.js";
import { peersAtHand } from "../peers.js";
import { sampleOf } from "../sampling.js";

const REPOSITORY = "automata/pulled";
const WARM_UP = 3;

/**
 * A pull by CRI of a signed image with one layer, by a containerd that asks us, as we are installed, and by one that asks
 * nobody, in turns: by one tag again and again, and by tags that were not pulled before, for which we ask the registry.
 * Only where the real peers are there already: a benchmark downloads nothing.
 */
export async function* measure({ executions, quick }: Bench): AsyncGenerator<Figure> {
  const peers = peersAtHand();
  if (peers === null) return;
  const pulls = quick ? executions : 4 * executions;
  const stage = await Stage.start(peers, WARM_UP + pulls);
  try {
    for (const [which, tag] of [
      ["warm", () => 0],
      ["by a new name", (pull: number) => pull],
    ] as const) {
      const [guarded, open] = await stage.times(tag);
      const added = guarded.map((time, i) => time - (open[i] ?? Number.NaN));
      const name = `real containerd pull with us, ${which}`;
      const [unit, runs] = ["ms", pulls] as const;
      const theirs = sampleOf(open);
      yield { name, unit, ours: sampleOf(guarded), peer: "the pull without a verifier", theirs, runs };
      yield { name: `${name}: time added`, unit, ours: sampleOf(added), peer: "", theirs: null, runs };
    }
  } finally {
    await stage.stop();
  }
}

class Stage {
  readonly #clients: readonly [guarded: ImageClient, open: ImageClient];
  readonly #place: string;
  readonly #tags: number;
  readonly #parts: Parts;

  private constructor(
    clients: readonly [ImageClient, ImageClient],
    place: string,
    tags: number,
    parts: Parts,
  ) {
    this.#clients = clients;
    this.#place = place;
    this.#tags = tags;
    this.#parts = parts;
  }

  static start(peers: Peers, tags: number): Promise<Stage> {
    return Parts.gather(async (parts) => {
      const { folder } = parts;
      const { host } = parts.add(await DockerRegistry.start(peers, folder));
      const place = `${host}/${REPOSITORY}`;
      const key = generateKey();
      const image = makeImage({ seed: REPOSITORY });
      await pushOverHttp(host, REPOSITORY, image);
      for (let tag = 0; tag < tags; tag++)
        await putManifest(host, REPOSITORY, `${tag}`, image.bytes, image.mediaType);
      const { privateKey } = key;
      const signature = signLegacy({ privateKey, dockerReference: place, manifestDigest: image.digest });
      await pushSignatureOverHttp(host, REPOSITORY, image.digest, signature);

      const socket = join(folder, "verifier.sock");
      await writeFile(join(folder, "cosign.pub"), key.publicPem);
      await writePolicy(join(folder, "policy.json"), host, join(folder, "cosign.pub"));
      parts.add(
        await startDaemon(join(folder, "policy.json"), socket, ["--blob-cache", join(folder, "blobs")]),
      );
      const guarded = parts.add(await GuardedContainerd.start(peers, { folder, socket, plainHttp: [host] }));

      const other = join(folder, "open");
      await mkdir(join(other, "bin"), { recursive: true });
      const options = { folder: other, binDir: join(other, "bin"), plainHttp: [host] };
      const open = new Cri(parts.add(await Containerd.start(peers, options)).address);
      parts.add({ stop: () => open.close() });
      return new Stage([guarded.clients.CRI, open], place, tags, parts);
    });
  }

  /**
   * Milliseconds of each pull but those that warm up, by the tag of its number: of the containerd that asks us, and of the
   * other one.
   */
  async times(tag: (pull: number) => number): Promise<[guarded: number[], open: number[]]> {
    const times: [number[], number[]] = [[], []];
    for (let pull = 0; pull < this.#tags; pull++) {
      for (const [i, client] of this.#clients.entries()) {
        const start = performance.now();
        const { error } = await client.pull(`${this.#place}:${tag(pull)}`);
        if (error !== "") throw new Error(error);
        if (pull >= WARM_UP) times[i]?.push(performance.now() - start);
      }
    }
    return times;
  }

  stop(): Promise<void> {
    return this.#parts.stop();
  }
}
