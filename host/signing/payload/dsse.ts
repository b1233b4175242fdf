import type { Signer } from "../signer.js";

/** A DSSE envelope with one signature, as JSON has it: bytes in base64. */
export interface Envelope {
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly [{ readonly sig: string }];
}

export function signEnvelope(signer: Signer, payloadType: string, payload: Uint8Array): Envelope {
  const sig = signer.sign(preAuthenticationEncoding(payloadType, payload));
  return {
    payload: Buffer.from(payload).toString("base64"),
    payloadType,
    signatures: [{ sig: Buffer.from(sig).toString("base64") }],
  };
}

/** The bytes that are signed (DSSE, "PAE"): type and payload, each with its length in bytes before it. */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const header = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(header), payload]);
}
