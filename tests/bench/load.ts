import { decodeResponse } from "../../host/plugin/messages.js";
import { VerifyImageRequest } from "../../host/server/generated/countersign/v1/verifier.js";
import type { Question } from "../support/countersign/plugin.js";
import { CallStream } from "./call-stream.js";

/**
 * Asks the daemon on `socket` about an image `count` times over one connection, so many at a time, each under another
 * tag: of equal questions at the same time only one would be answered.
 */
export async function askMany(
  socket: string,
  question: Question,
  { count, inFlight }: { count: number; inFlight: number },
): Promise<void> {
  const stream = new CallStream(socket, "/countersign.v1.VerifierService/VerifyImage");
  let left = count;
  const worker = async (_: unknown, tag: number) => {
    const message = encoded({ ...question, name: question.name.replace(/:[^:/]*$/, `:${tag}`) });
    while (left-- > 0) {
      const answer = decodeResponse(await stream.call(message));
      if (!answer?.ok) throw new Error(`denied: ${answer?.reason}`);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  stream.close();
}

function encoded({ name, digest, descriptor }: Question): Uint8Array {
  return VerifyImageRequest.encode({
    name,
    digest,
    descriptorMediaType: "application/vnd.oci.descriptor.v1+json",
    descriptor: Buffer.from(descriptor),
    nonce: Buffer.alloc(16),
  }).finish();
}
