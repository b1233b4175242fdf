import assert from "node:assert/strict";
import { test } from "node:test";

import { canaryFindings } from "../../../host/doctor/canary.js";
import { CallFailed, type ContainerdClient } from "../../../host/doctor/containerd/client.js";
import { digestOf } from "../../../host/oci/digest.js";

const DENIED = { ok: false, code: "no-signature" };
const ACCEPTED = { ok: true, code: "accepted-anything" };

interface Outcome {
  readonly judged?: typeof DENIED;
  /** What containerd says to a pull; it pulls unless it says something. */
  readonly refusal?: string;
  readonly removable?: boolean;
}

const OUTCOMES: readonly [what: string, outcome: Outcome, severity: string, text: RegExp][] = [
  ["pulled, and nobody was asked", {}, "error", / without asking the daemon .*; it is removed again$/],
  ["pulled unasked, and kept", { removable: false }, "error", /; it could not be removed$/],
  ["refused before anybody was asked", { refusal: "no route" }, "warning", /^cannot prove: .*: no route$/],
  ["denied and refused", { judged: DENIED, refusal: "rejected: no-signature: none" }, "ok", /^proved: /],
  ["denied and pulled", { judged: DENIED }, "error", /denied \(no-signature\), and containerd pulled;/],
  [
    "denied, and refused by another",
    { judged: DENIED, refusal: "rejected by somebody" },
    "error",
    /and containerd refused for another reason \(rejected by somebody\)$/,
  ],
  ["accepted", { judged: ACCEPTED }, "warning", /^cannot prove: the policy accepts .*; it is removed again$/],
  [
    "accepted, and refused for something that sounds like it",
    { judged: ACCEPTED, refusal: "accepted-anything: but no space left" },
    "warning",
    /^cannot prove: the policy accepts .* no space left$/,
  ],
];
for (const [what, outcome, severity, text] of OUTCOMES) {
  test(`a canary that is ${what}`, async () => {
    const pulled: string[] = [];
    const removed: string[] = [];
    const pull = async (name: string) => {
      await assertServed(name);
      pulled.push(name);
      if (outcome.refusal !== undefined) throw new CallFailed(outcome.refusal);
    };
    const remove = async (name: string) => {
      removed.push(name);
      if (outcome.removable === false) throw new CallFailed("it is in use");
    };
    const containerd = {
      pullByTransfer: pull,
      pullByCri: pull,
      removeFromStore: remove,
      removeByCri: remove,
    } as unknown as ContainerdClient;
    const { judged } = outcome;
    const past = { time: "", name: "", digest: "", reason: "" };
    const judgements = async (name: string) =>
      judged === undefined || !pulled.includes(name) ? [] : [{ ...past, ...judged }];

    const findings = await canaryFindings(containerd, { judgements });
    assert.deepEqual(
      findings.map(({ id }) => id),
      ["canary-transfer", "canary-cri"],
    );
    for (const finding of findings) {
      assert.equal(finding.severity, severity);
      assert.match(finding.what, text);
    }
    // Each way has an image that nobody has asked about before; what was pulled does not stay.
    assert.equal(new Set(pulled).size, 2);
    assert.deepEqual(removed, outcome.refusal === undefined ? pulled : []);
    await assert.rejects(fetch(urlOf(pulled[0] ?? "", "/v2/")));
  });
}

/** As containerd asks for an image. */
async function assertServed(name: string): Promise<void> {
  const [, repository = "", tag = ""] = /^[^/]+\/(.*):(.*)$/.exec(name) ?? [];
  const get = async (path: string, method = "GET") => {
    const response = await fetch(urlOf(name, path), { method });
    assert.equal(response.status, 200, path);
    return { response, bytes: Buffer.from(await response.arrayBuffer()) };
  };
  await get("/v2/");
  const head = await get(`/v2/${repository}/manifests/${tag}`, "HEAD");
  const digest = head.response.headers.get("docker-content-digest") ?? "";
  const manifest = await get(`/v2/${repository}/manifests/${digest}`);
  assert.equal(digestOf(manifest.bytes), digest);
  const { config } = JSON.parse(manifest.bytes.toString());
  const blob = await get(`/v2/${repository}/blobs/${config.digest}`);
  assert.equal(digestOf(blob.bytes), config.digest);
  const missing = await fetch(urlOf(name, `/v2/${repository}/manifests/other`));
  assert.equal(missing.status, 404);
}

function urlOf(name: string, path: string): string {
  return `http://${name.slice(0, name.indexOf("/"))}${path}`;
}
