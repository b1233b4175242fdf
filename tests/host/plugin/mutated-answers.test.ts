// What a daemon might answer, changed at random, to the native plugin with the sanitizers in it. As many answers as
// COUNTERSIGN_MUTATED_ANSWERS says; COUNTERSIGN_MUTATION_SEED repeats a run.
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { test } from "node:test";

import { missing } from "./each-plugin.js";
import { accept, accepted, framed, type Misbehaviour, send } from "./fake-daemon.js";
import { mutated, randomFrom } from "./mutations.js";
import { isAcceptance, recordAnswer, replayingDaemon, withNonce } from "./recorded-answer.js";
import { SanitizedPlugin } from "./sanitized-plugin.js";

const ANSWERS = Number(process.env["COUNTERSIGN_MUTATED_ANSWERS"] ?? 2000);
const SEED = Number(process.env["COUNTERSIGN_MUTATION_SEED"] ?? randomInt(2 ** 31));

const long = (length: number): Misbehaviour => {
  const items = Array.from({ length }, (_, i) => ({ origin: `x/y@${i}`, ok: false, code: "c", reason: "r" }));
  return (stream, request) => {
    const { name, digest } = request;
    const rest = { transport: "docker", scope: "", requirement: 0, signer: "", policyDigest: "" };
    send(stream, framed(accepted(request, { judgement: { name, digest, items, ...rest } })));
  };
};
const denied: Misbehaviour = (stream, request) => {
  const reason = "é€📦\u202e\n".repeat(40);
  send(stream, framed(accepted(request, { ok: false, code: "no-signature", reason })));
};
const longestLine: Misbehaviour = (stream, request) => {
  const denial = { ok: false, code: "x".repeat(64), reason: "📦".repeat(300) };
  send(stream, framed(accepted(request, denial)));
};
const refused: Misbehaviour = (stream) =>
  stream.respond({ ":status": 200, "grpc-status": "12" }, { endStream: true });

const RECORDED: readonly [name: string, respond: Misbehaviour][] = [
  ["an acceptance", accept],
  ["a denial", denied],
  ["a denial of the longest line", longestLine],
  ["an acceptance of several frames", long(1500)],
  ["a status without an answer", refused],
];

test("mutated answers: one line, a clean end, and none is accepted that does not accept", {
  skip: missing("native"),
}, async (t) => {
  const plugin = await SanitizedPlugin.start(t);
  const recorded = await Promise.all(RECORDED.map(([, respond]) => recordAnswer(t, respond)));
  const random = randomFrom(SEED);
  let answer = recorded[0] ?? assert.fail();
  let sent: { bytes: Buffer; nonce: Buffer } = { bytes: Buffer.alloc(0), nonce: Buffer.alloc(0) };
  const daemon = await replayingDaemon(t, (nonce) => {
    sent = { bytes: mutated(withNonce(answer, nonce), random), nonce };
    return sent.bytes;
  });
  let allowed = 0;
  for (let i = 0; i < ANSWERS; i++) {
    // Half of them are about what decides.
    answer = recorded[i % 2 === 0 ? 0 : random(recorded.length)] ?? assert.fail();
    const { status, stdout } = await plugin.execute(daemon);
    const told = `seed ${SEED}, answer ${i}, ${JSON.stringify(stdout)}, ${plugin.complaints}\n${sent.bytes.toString("hex")}`;
    assert.equal(plugin.complaints, "", told);
    assert.match(stdout, /^[a-z][a-z-]{0,63}: [^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{0,300}\n$/u, told);
    assert.ok(status === 0 || status === 1, told);
    if (status === 1) continue;
    allowed++;
    assert.ok(isAcceptance(sent.bytes, answer.request, sent.nonce), told);
  }
  assert.ok(allowed > ANSWERS / 100, `only ${allowed} were accepted: that proves little`);
  assert.ok(allowed < ANSWERS / 2, `${allowed} were accepted: that proves little`);
});
