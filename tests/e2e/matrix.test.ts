// A real containerd pulls, by ctr and by CRI, what real registries have: every way in which that goes well or is refused.
import { after, before, describe, test } from "node:test";

import { findPeers } from "../support/peers/peers.js";
import { SCENARIOS } from "./matrix/scenarios.js";
import { type Published, Stage } from "./matrix/stage.js";
import { assertNothingRefusedIsKept, assertPull } from "./outcome.js";

const peers = findPeers();
const skip = "unavailable" in peers ? peers.unavailable : false;

describe("real registries", () => {
  let stage: Stage;
  const published = new Map<string, Promise<Published>>();
  before(async () => {
    if ("unavailable" in peers) return;
    stage = await Stage.start(peers, SCENARIOS);
  });
  after(() => stage?.stop());

  describe("a pull", { concurrency: 4 }, () => {
    for (const client of ["ctr", "CRI"] as const) {
      for (const scenario of SCENARIOS) {
        const { story, only = client, outcome } = scenario;
        if (only !== client) continue;
        test(`${client}: ${story}: ${outcome.code}`, { skip }, async () => {
          const image = published.get(story) ?? stage.publish(scenario);
          published.set(story, image);
          await assertPull(stage, client, { ...(await image), outcome });
        });
      }
    }
  });

  test("nothing that was refused is kept by containerd", { skip }, async () => {
    await assertNothingRefusedIsKept(stage);
  });
});
