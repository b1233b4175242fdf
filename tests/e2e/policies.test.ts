// A policy as a whole, there, missing, broken or changed while the daemon runs: what becomes of pulls by a real containerd.
import { after, before, describe, test } from "node:test";

import { missing } from "../host/plugin/each-plugin.js";
import { findPeers } from "../support/peers/peers.js";
import { assertPull } from "./outcome.js";
import { Stage } from "./policies/stage.js";
import { STORIES } from "./policies/stories.js";

const peers = findPeers();
const skip = "unavailable" in peers ? peers.unavailable : missing("native");

describe("a policy", () => {
  let stage: Stage;
  before(async () => {
    if ("unavailable" in peers || skip) return;
    stage = await Stage.start(peers);
  });
  after(() => stage?.stop());

  for (const story of STORIES) {
    const { signed, unsigned } = story;
    test(`${story.story}: signed ${signed.code}, unsigned ${unsigned.code}`, { skip }, () =>
      stage.tell(story, async ({ clients, daemon, ...names }) => {
        const native = { clients: clients.native, daemon };
        const onNode = { clients: clients["on-node"], daemon };
        await assertPull(native, "ctr", { name: names.signed, outcome: signed });
        await assertPull(native, "CRI", { name: names.unsigned, outcome: unsigned });
        await assertPull(onNode, "CRI", { name: names.signed, outcome: signed });
        await assertPull(onNode, "ctr", { name: names.unsigned, outcome: unsigned });
      }),
    );
  }
});
