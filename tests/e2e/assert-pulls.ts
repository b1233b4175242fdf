import assert from "node:assert/strict";

import type { ClientName } from "../support/countersign/guarded-containerd.js";
import type { Scene } from "./daemon-faults/scene.js";
import { assertTold, type Outcome } from "./outcome.js";

/** An image of the library, and what has to become of its pull. */
export type Expected = readonly [repository: string, outcome: Outcome];

/** As many signed images of the library as not, from the i-th on. */
export function halfSigned(count: number, signed: Outcome, unsigned: Outcome, from = 0): Expected[] {
  return Array.from({ length: count / 2 }, (_, i): Expected[] => [
    [`signed/${from + i}`, signed],
    [`unsigned/${from + i}`, unsigned],
  ]).flat();
}

/** Pulls all at the same time, and compares what the client was told, and whether containerd has the image. */
export async function assertPulls(
  scene: Scene,
  expected: readonly Expected[],
  client: ClientName,
): Promise<void> {
  const pull = async ([repository, outcome]: Expected) => {
    const name = scene.nameOf(repository);
    assertTold(await scene.clients[client].pull(name), outcome);
    assert.equal((await scene.clients[client].find(name)) !== null, outcome.reason === null);
  };
  await Promise.all(expected.map(pull));
}
