// A policy as a whole, there, missing, broken or changed while the daemon runs: what becomes of pulls by a real containerd.
import { after, before, describe, test } from "node:test";

import { findPeers } from "../support/peers/peers.js";
import { assertPull } from "./outcome.js";
import { Stage } from "./policies/stage.js";
import { STORIES } from "./policies/stories.js";

const peers = findPeers();
const skip = "unavailable" in peers ? peers.unavailable : false;

describe("a policy", () => {
  let stage: Stage;
  before(async () => {
    if ("unavailable" in peers) return;
    stage = await Stage.start(peers);
  });
  after(() => stage?.stop());

  for (const story of STORIES) {
    const { signed, unsigned } = story;
    test(`${story.story}: signed ${signed.code}, unsigned ${unsigned.code}`, { skip }, () =>
      stage.tell(story, async (told) => {
        await assertPull(told, "ctr", { name: told.signed, outcome: signed });
        await assertPull(told, "CRI", { name: told.unsigned, outcome: unsigned });
      }),
    );
  }
});
