// A real containerd pulls, by ctr and by CRI, what real registries have: every way in which that goes well or is refused.
import { after, before, describe, test } from "node:test";

import { findPeers } from "../support/peers/peers.js";
import { SCENARIOS } from "./matrix/scenarios.js";
import { type Published, Stage } from "./matrix/stage.js";
import { assertPull } from "./outcome.js";

const peers = findPeers();
const skip = "unavailable" in peers ? peers.unavailable : false;

describe("a pull", { concurrency: 4 }, () => {
  let stage: Stage;
  const published = new Map<string, Published>();
  before(async () => {
    if ("unavailable" in peers) return;
    stage = await Stage.start(peers, SCENARIOS);
    for (const scenario of SCENARIOS) published.set(scenario.story, await stage.publish(scenario));
  });
  after(() => stage?.stop());

  for (const client of ["ctr", "CRI"] as const) {
    for (const { story, only = client, outcome } of SCENARIOS) {
      if (only !== client) continue;
      test(`${client}: ${story}: ${outcome.code}`, { skip }, async () => {
        const image = published.get(story);
        if (image === undefined) throw new Error("it was not published");
        await assertPull(stage, client, { ...image, outcome });
      });
    }
  }
});
