import { decodeResponse } from "../../host/plugin/messages.js";
import { VerifyImageRequest } from "../../host/server/generated/countersign/v1/verifier.js";
import type { Question } from "../support/countersign/plugin.js";
import { CallStream } from "./call-stream.js";

/**
 * Asks the daemon on `socket` about an image `count` times over one connection, so many at a time, each under another
 * tag: of equal questions at the same time only one would be answered. `count` may say itself when to end. Returns how
 * many milliseconds each waited.
 */
export async function askMany(
  socket: string,
  question: Question,
  { count, inFlight }: { count: number | (() => boolean); inFlight: number },
): Promise<number[]> {
  const stream = new CallStream(socket, "/countersign.v1.VerifierService/VerifyImage");
  const waits: number[] = [];
  let left = typeof count === "number" ? count : 0;
  const isOver = typeof count === "number" ? () => left-- <= 0 : count;
  const worker = async (_: unknown, tag: number) => {
    const message = encoded({ ...question, name: question.name.replace(/:[^:/]*$/, `:${tag}`) });
    while (!isOver()) {
      const start = performance.now();
      const answer = decodeResponse(await stream.call(message));
      if (!answer?.ok) throw new Error(`denied: ${answer?.reason}`);
      waits.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  stream.close();
  return waits;
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
