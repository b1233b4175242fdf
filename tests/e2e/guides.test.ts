// What the documents tell their readers to do, done as it is written there, with real programs; and what they say comes of it.
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { after, before, describe, test } from "node:test";

import { Parts } from "../support/parts.js";
import { findPeers, type Peers } from "../support/peers/peers.js";
import { DOCUMENTS, isRun, pathOf } from "./guides/documents.js";
import { type FileBlock, isAsWritten, type Step, stepsOf } from "./guides/guide.js";
import { Stage } from "./guides/stage.js";
import { type World, worldUnavailable } from "./guides/world.js";

const peers = findPeers();
const skip = "unavailable" in peers ? peers.unavailable : worldUnavailable();

describe("documents", { concurrency: 2 }, () => {
  let parts: Parts;
  let stage: Stage;
  before(async () => {
    if (skip !== false) return;
    parts = await Parts.gather(async (parts) => {
      stage = await Stage.prepare(peers as Peers, parts);
      return parts;
    });
  });
  after(() => parts?.stop());

  for (const [document, given] of Object.entries(DOCUMENTS)) {
    describe(document, { concurrency: 1 }, () => {
      let world: World;
      before(async () => {
        if (skip === false) world = await stage.world(given);
      });
      after(() => world?.stop());

      const steps = stepsOf(pathOf(document)).filter((step) => isRun(document, step));
      for (const [i, step] of steps.entries()) {
        const title = "command" in step ? step.command : `the file ${step.path}`;
        test(`${document}:${step.line}: ${title}`, { skip }, async () => {
          if ("content" in step) {
            const { path, content } = step;
            await world.run(
              `mkdir -p ${dirname(path)} && cat >${path} <<'END OF FILE'\n${content}END OF FILE`,
            );
          } else await perform(world, step, steps[i + 1]);
        });
      }
    });
  }
});

async function perform(world: World, { command, expected }: Step, next: Step | FileBlock | undefined) {
  let { status, output } = await world.run(command);
  // What was told to the daemon by a signal is in force soon after.
  const patience = Date.now() + (command.startsWith("countersign status") ? 10_000 : 0);
  while (expected !== null && !isAsWritten(output, expected) && Date.now() < patience)
    ({ status, output } = await world.run(command));
  if (expected !== null && !isAsWritten(output, expected)) assert.equal(output, expected);
  // A document that has a command fail says so by showing its status.
  if (next === undefined || !("command" in next) || next.command !== "echo $?")
    assert.equal(status, 0, output);
}
