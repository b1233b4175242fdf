// A real containerd pulls while something is wrong with our daemon: denied each time, with a sentence, within 9.5 s.
import { after, before, describe, test } from "node:test";

import { findPeers } from "../support/peers/peers.js";
import { assertPulls, type Expected, halfSigned } from "./assert-pulls.js";
import { type DaemonFault, FAULTS, WAITS } from "./daemon-faults/faults.js";
import { Library, Scene } from "./daemon-faults/scene.js";
import { ACCEPTED, refused } from "./outcome.js";

const peers = findPeers();
const skip = "unavailable" in peers ? peers.unavailable : false;
/** Pulls at the same time, half of them of signed images. */
const LOAD = 8;
const UNSIGNED = refused("no-signature", /^no-signature: /);

describe("a daemon", () => {
  let library: Library;
  before(async () => {
    if (!("unavailable" in peers)) library = await Library.open(peers, LOAD);
  });
  after(() => library?.stop());

  describe("until the deadline", { concurrency: WAITS.length }, () => testFaults(WAITS));
  describe("at once", { concurrency: 3 }, () => testFaults(FAULTS));

  function testFaults(faults: readonly DaemonFault[]): void {
    for (const [i, { fault, liar, before, outcome }] of faults.entries()) {
      const client = i % 2 === 0 ? "ctr" : "CRI";
      test(`${client}: ${fault}: ${outcome.code}`, { skip }, async (t) => {
        const scene = await set(await liar?.(t));
        t.after(() => scene.stop());
        await before?.(scene);
        await assertPulls(scene, [["signed/0", outcome]], client);
      });
    }
  }

  test("a trap costs one request: the next is judged", { skip }, async (t) => {
    const scene = await set();
    t.after(() => scene.stop());
    const daemon = await scene.damageableDaemon();
    daemon.signal("SIGUSR2");
    await daemon.until("the core is not damaged", () => /^damaged$/m.test(daemon.output));
    await assertPulls(scene, [["signed/0", refused("core-fault", /^core-fault: /)]], "ctr");
    await assertPulls(scene, [["signed/0", ACCEPTED]], "ctr");
    await assertPulls(scene, [["unsigned/0", UNSIGNED]], "ctr");
  });

  test("restarted under load: requests under way are answered by the old one, later ones by the new", {
    skip,
  }, async (t) => {
    const scene = await set();
    t.after(() => scene.stop());
    const old = await scene.daemon();
    const { pulls, release } = await underWay(scene, halfSigned(LOAD, ACCEPTED, UNSIGNED));
    const stopped = old.stop();
    await old.until("it does not drain", () => /"draining"/.test(old.output));
    await scene.daemon();
    await assertPulls(scene, halfSigned(LOAD, ACCEPTED, UNSIGNED, LOAD / 2), "CRI");
    release();
    await Promise.all([pulls, stopped]);
  });

  test("killed under load: requests under way are denied, and the new one judges", { skip }, async (t) => {
    const scene = await set();
    t.after(() => scene.stop());
    const old = await scene.daemon();
    const cut = refused("daemon-protocol", /(broken off|connection failed)/);
    const { pulls, release } = await underWay(scene, halfSigned(LOAD, cut, cut));
    old.signal("SIGKILL");
    await pulls;
    release();
    await scene.daemon();
    await assertPulls(scene, halfSigned(LOAD, ACCEPTED, UNSIGNED), "CRI");
  });

  function set(socket?: string): Promise<Scene> {
    if ("unavailable" in peers) throw new Error(peers.unavailable);
    return Scene.set(peers, library, socket);
  }
});

/** Begins pulls; resolves when the daemon has asked about all of them, and waits for answers until they are released. */
async function underWay(scene: Scene, expected: readonly Expected[]) {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let asked = 0;
  const allAsked = new Promise<void>((resolve) => {
    scene.onQuestion = async (proper) => {
      if (++asked === expected.length) resolve();
      if (asked <= expected.length) await released;
      return proper;
    };
  });
  const pulls = assertPulls(scene, expected, "CRI");
  await Promise.race([allAsked, pulls]);
  return { pulls, release };
}
