// A real containerd pulls, by ctr and by CRI, what a real cosign signed, from a real registry.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { auditRecord } from "../support/countersign/daemon.js";
import { Node } from "../support/countersign/node.js";
import { NAMESPACE } from "../support/countersign/policy.js";
import { makeImage } from "../support/image.js";
import { pushOverHttp } from "../support/peers/content.js";
import { findPeers } from "../support/peers/peers.js";

interface Scenario {
  readonly image: string;
  readonly signers: readonly ("team" | "stranger")[];
  /** More than one make an index. */
  readonly platforms?: readonly string[];
  /** The code the client is told, and what its reason says; null: the pull goes through. */
  readonly refusal: readonly [code: string, reason: RegExp] | null;
}

const TWO = ["linux/amd64", "linux/arm64"];

/** The policy trusts the team's key alone. */
const SCENARIOS: readonly Scenario[] = [
  { image: "signed", signers: ["team"], refusal: null },
  { image: "signed-by-both", signers: ["stranger", "team"], refusal: null },
  { image: "index-signed", signers: ["team"], platforms: TWO, refusal: null },
  { image: "unsigned", signers: [], refusal: ["no-signature", /no signature/] },
  { image: "signed-by-a-stranger", signers: ["stranger"], refusal: ["signature-invalid", /signature/] },
  { image: "index-unsigned", signers: [], platforms: TWO, refusal: ["no-signature", /no signature/] },
];

const peers = findPeers();
const skip = "unavailable" in peers ? peers.unavailable : false;

describe("a node with the daemon", () => {
  let node: Node;
  before(async () => {
    if ("unavailable" in peers) return;
    node = await Node.start(peers);
    for (const scenario of SCENARIOS) await publish(node, scenario);
  });
  after(() => node?.stop());

  for (const client of ["ctr", "CRI"] as const) {
    for (const { image, refusal } of SCENARIOS) {
      test(`${client}: ${image} is ${refusal?.[0] ?? "pulled"}`, { skip }, async () => {
        const name = `${node.registry}/${NAMESPACE}/${image}:1`;
        const pull = await node.clients[client].pull(name);
        if (refusal === null) assert.equal(pull.error, "");
        else assertRefused(pull.error, ...refusal);
        assert.equal(pull.ok, refusal === null);
        assert.equal(await node.clients[client].has(name), pull.ok);
        assert.equal(auditRecord(node.daemon, name)?.code, refusal?.[0] ?? "accepted");
      });
    }
  }
});

describe("a node without the daemon", () => {
  let node: Node;
  before(async () => {
    if ("unavailable" in peers) return;
    node = await Node.start(peers);
    await publish(node, { image: "signed", signers: ["team"], refusal: null });
    await node.daemon.stop();
  });
  after(() => node?.stop());

  for (const client of ["ctr", "CRI"] as const) {
    test(`${client}: even a signed image is refused`, { skip }, async () => {
      const name = `${node.registry}/${NAMESPACE}/signed:1`;
      const pull = await node.clients[client].pull(name);
      assertRefused(pull.error, "daemon-unreachable", /no daemon at/);
      assert.equal(await node.clients[client].has(name), false);
    });
  }
});

async function publish(node: Node, { image, signers, platforms }: Scenario): Promise<void> {
  const repository = `${NAMESPACE}/${image}`;
  const content = makeImage({ seed: image, ...(platforms && { platforms }) });
  await pushOverHttp(node.registry, repository, content, "1");
  for (const signer of signers) {
    await node.cosign.sign(node.keys[signer], `${node.registry}/${repository}@${content.digest}`);
  }
}

/** A verifier's refusal as containerd hands it on, with our code and reason. */
function assertRefused(error: string, code: string, reason: RegExp): void {
  const [, said = ""] =
    /image verifier bindir blocked pull of .* rejected image \(exit code 1\): (.*)/s.exec(error) ?? [];
  assert.ok(said.startsWith(`${code}: `), error);
  assert.match(said, reason);
}
