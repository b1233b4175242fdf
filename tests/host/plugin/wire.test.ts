import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";

import { decodeResponse, decodeServing, encodeRequest } from "../../../host/plugin/messages.js";
import {
  VerifyImageRequest,
  VerifyImageResponse,
} from "../../../host/server/generated/countersign/v1/verifier.js";
import { HealthCheckResponse } from "../../../host/server/generated/grpc/health/v1/health.js";
import { codeField, MALFORMED } from "./malformed-messages.js";

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
const text = fc.string({ unit: "binary", maxLength: 300 });

const response = fc.record({
  ok: fc.boolean(),
  reason: text,
  name: text,
  digest: text,
  nonce: bytes(32),
  judgement: fc.constant(undefined),
});

test("what is encoded, the generated decoder reads", () => {
  const request = fc.record({
    name: text,
    digest: text,
    mediaType: text,
    descriptor: bytes(40_000),
    nonce: bytes(16),
  });
  fc.assert(
    fc.property(request, ({ mediaType, ...rest }) => {
      const decoded = VerifyImageRequest.decode(encodeRequest({ mediaType, ...rest }));
      assert.deepEqual(decoded, { ...rest, descriptorMediaType: mediaType });
    }),
    { numRuns: 50 },
  );
});

test("what the generated encoder writes is decoded", () => {
  fc.assert(
    fc.property(response, ({ ok, ...rest }) => {
      const code = ok ? "accepted" : "no-signature";
      const decoded = decodeResponse(Buffer.from(VerifyImageResponse.encode({ ok, code, ...rest }).finish()));
      const { judgement: _, ...expected } = { ok, code, ...rest };
      assert.deepEqual(decoded, {
        ...expected,
        name: Buffer.from(rest.name),
        digest: Buffer.from(rest.digest),
      });
    }),
    { numRuns: 100 },
  );
});

test("what is decoded at all, the generated decoder reads in the same way", () => {
  const accepted = Buffer.from(
    VerifyImageResponse.encode({
      ...{ ok: true, code: "accepted", reason: "signed", name: "n", digest: "d", nonce: Buffer.alloc(16, 1) },
      judgement: undefined,
    }).finish(),
  );
  // The tag of `judgement` is left out: the plugin passes over what is in it, the generated decoder reads it.
  const byte = fc.nat(255).filter((value) => value !== 0x3a);
  const mutation = fc.record({ at: fc.nat(accepted.length - 1), byte, cut: fc.nat(accepted.length) });
  let read = 0;
  fc.assert(
    fc.property(mutation, fc.boolean(), ({ at, byte, cut }, truncate) => {
      const mutated = Buffer.from(accepted);
      mutated[at] = byte;
      const message = truncate ? mutated.subarray(0, cut) : mutated;
      const ours = decodeResponse(message);
      if (ours === null) return;
      read++;
      const theirs = VerifyImageResponse.decode(message);
      assert.equal(ours.ok, theirs.ok);
      assert.equal(ours.code, theirs.code);
      assert.equal(ours.name.toString(), theirs.name);
      assert.equal(ours.digest.toString(), theirs.digest);
      assert.deepEqual(ours.nonce, theirs.nonce);
    }),
    { numRuns: 3000 },
  );
  assert.ok(read > 100);
});

for (const [name, message] of MALFORMED) {
  test(`${name} is not an answer`, () => assert.equal(decodeResponse(Buffer.from(message, "hex")), null));
}

test("fields beyond ours are passed over, of every wire type and more than once", () => {
  const beyond = "780178017a0161790000000000000000" + "7d00000000";
  const message = Buffer.from(`0801${codeField("accepted")}${beyond}`, "hex");
  assert.equal(decodeResponse(message)?.ok, true);
});

test("only SERVING is serving", () => {
  const encode = (status: number) => Buffer.from(HealthCheckResponse.encode({ status }).finish());
  assert.deepEqual([0, 1, 2, 3].map(encode).map(decodeServing), [false, true, false, false]);
  assert.equal(decodeServing(Buffer.from("0801ff", "hex")), false);
});
