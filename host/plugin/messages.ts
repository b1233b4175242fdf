/** The part of proto/countersign/v1/verifier.proto that the plugin speaks, without a protobuf library. */

import { lengthDelimited, readFields } from "./wire.js";

/** `VerifyImageRequest`. */
export interface VerifyImageRequest {
  readonly name: string;
  readonly digest: string;
  readonly mediaType: string;
  readonly descriptor: Buffer;
  readonly nonce: Buffer;
}

/** The members of `VerifyImageResponse` that decide; `judgement` is for others. */
export interface VerifyImageResponse {
  readonly ok: boolean;
  readonly code: string;
  readonly reason: string;
  readonly name: Buffer;
  readonly digest: Buffer;
  readonly nonce: Buffer;
}

export function encodeRequest(request: VerifyImageRequest): Buffer {
  return Buffer.concat([
    lengthDelimited(1, request.name),
    lengthDelimited(2, request.digest),
    lengthDelimited(3, request.mediaType),
    lengthDelimited(4, request.descriptor),
    lengthDelimited(5, request.nonce),
  ]);
}

/** null: not a well-formed answer, or one whose `ok` and `code` contradict each other. */
export function decodeResponse(message: Buffer): VerifyImageResponse | null {
  const fields = readFields(message, 6);
  if (fields === null) return null;
  const ok = fields.get(1) ?? 0;
  const [code, reason, name, digest, nonce] = [2, 3, 4, 5, 6].map(
    (field) => fields.get(field) ?? Buffer.alloc(0),
  );
  if (ok !== 0 && ok !== 1) return null;
  if (!Buffer.isBuffer(code) || !Buffer.isBuffer(reason)) return null;
  if (!Buffer.isBuffer(name) || !Buffer.isBuffer(digest) || !Buffer.isBuffer(nonce)) return null;
  const response = { ok: ok === 1, code: code.toString(), reason: reason.toString(), name, digest, nonce };
  return isConsistent(response) ? response : null;
}

function isConsistent({ ok, code }: VerifyImageResponse): boolean {
  const accepted = code === "accepted" || code === "accepted-anything";
  return /^[a-z][a-z-]*$/.test(code) && code.length <= 64 && ok === accepted;
}

/** `grpc.health.v1.HealthCheckResponse`: whether the answer is SERVING. */
export function decodeServing(message: Buffer): boolean {
  const SERVING = 1;
  return readFields(message, 1)?.get(1) === SERVING;
}
