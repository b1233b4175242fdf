// A transparency log of our own: signed entry timestamps as Rekor v1 gives them and cosign attaches them.

import { createHash, type KeyObject, sign } from "node:crypto";
import type { LegacySignature } from "./sign.js";

export const LOG_ENTRY_ANNOTATION = "dev.sigstore.cosign/bundle";

export interface LogWish {
  /** The log's key. */
  readonly logKey: KeyObject;
  /** PEM of the public key or certificate that the log has seen. */
  readonly verifier: string;
  /** Unix seconds. */
  readonly time?: number;
  /** Changes the record before it is logged. */
  readonly record?: (record: HashedRekord) => unknown;
  /** Changes the payload before the log signs it. */
  readonly payload?: (payload: LogPayload) => unknown;
}

export interface HashedRekord {
  apiVersion: string;
  kind: string;
  spec: {
    data: { hash: { algorithm: string; value: string } };
    signature: { content: string; publicKey: { content: string } };
  };
}

export interface LogPayload {
  body: string;
  integratedTime: number;
  logID: string;
  logIndex: number;
}

/** The text of the annotation for a signature that is logged. */
export function logEntry({ payload, signature }: LegacySignature, wish: LogWish): string {
  const hashedrekord: HashedRekord = {
    apiVersion: "0.0.1",
    kind: "hashedrekord",
    spec: {
      data: { hash: { algorithm: "sha256", value: createHash("sha256").update(payload).digest("hex") } },
      signature: {
        content: signature,
        publicKey: { content: Buffer.from(wish.verifier).toString("base64") },
      },
    },
  };
  const record = wish.record?.(hashedrekord) ?? hashedrekord;
  // Members in the order of RFC 8785.
  const logged: LogPayload = {
    body: Buffer.from(JSON.stringify(record)).toString("base64"),
    integratedTime: wish.time ?? 1_770_000_000,
    logID: "c0d23d6ad406973f9559f3ba2d1ca01f84147d8ffc5b8445c224f98b9591801d",
    logIndex: 123_456_789,
  };
  const text = JSON.stringify(wish.payload?.(logged) ?? logged);
  const timestamp = sign("sha256", Buffer.from(text), wish.logKey).toString("base64");
  return `{"SignedEntryTimestamp":"${timestamp}","Payload":${text}}`;
}

/** The signature with its log entry beside it. */
export function logged(signature: LegacySignature, wish: LogWish): LegacySignature {
  return annotated(signature, { [LOG_ENTRY_ANNOTATION]: logEntry(signature, wish) });
}

/** The signature with more annotations. */
export function annotated(
  signature: LegacySignature,
  annotations: Readonly<Record<string, string>>,
): LegacySignature {
  return { ...signature, annotations: { ...signature.annotations, ...annotations } };
}
