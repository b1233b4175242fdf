import { connect } from "node:http2";
import { createConnection } from "node:net";
import { decodeResponse } from "../../host/plugin/messages.js";
import { VerifyImageRequest } from "../../host/server/generated/countersign/v1/verifier.js";
import type { Question } from "../support/countersign/plugin.js";

/**
 * Asks the daemon on `socket` about an image `count` times over one connection, so many at a time, each under another
 * tag: of equal questions at the same time only one would be answered.
 */
export async function askMany(
  socket: string,
  question: Question,
  { count, inFlight }: { count: number; inFlight: number },
): Promise<void> {
  const session = connect("http://localhost", { createConnection: () => createConnection(socket) });
  const ask = (body: Buffer) =>
    new Promise<void>((resolve, reject) => {
      const stream = session.request({
        ":method": "POST",
        ":path": "/countersign.v1.VerifierService/VerifyImage",
        "content-type": "application/grpc",
        te: "trailers",
      });
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("error", reject);
      stream.on("end", () => {
        const answer = decodeResponse(Buffer.concat(chunks).subarray(5));
        if (answer?.ok) resolve();
        else reject(new Error(`denied: ${answer?.reason}`));
      });
      stream.end(body);
    });
  let left = count;
  const worker = async (_: unknown, tag: number) => {
    const name = question.name.replace(/:[^:/]*$/, `:${tag}`);
    const body = framed({ ...question, name });
    while (left-- > 0) await ask(body);
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  session.close();
}

function framed({ name, digest, descriptor }: Question): Buffer {
  const message = VerifyImageRequest.encode({
    name,
    digest,
    descriptorMediaType: "application/vnd.oci.descriptor.v1+json",
    descriptor: Buffer.from(descriptor),
    nonce: Buffer.alloc(16),
  }).finish();
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}
