import type { TestContext } from "node:test";
import type { Descriptor } from "../../../host/oci/descriptor.js";
import { digestOf } from "../../../host/oci/digest.js";
import { anonymous } from "../../../host/registry/credentials/source.js";
import { RegistryImageReader } from "../../../host/registry/image-reader.js";
import { RegistryImageWriter } from "../../../host/registry/image-writer.js";
import { type RegistryOptions, Transport } from "../../../host/registry/transport.js";
import type { TestRegistry } from "../../support/registry/registry.js";
import { stoppedClock } from "./setup.js";

/** A transport that lives as long as the test, and never has to wait. */
export function transportFor(t: TestContext, options: Partial<RegistryOptions> = {}): Transport {
  const transport = new Transport({
    plainHttp: [],
    credentials: anonymous,
    clock: stoppedClock(),
    ...options,
  });
  t.after(() => transport.close());
  return transport;
}

export function writerFor(
  t: TestContext,
  registry: TestRegistry,
  repository: string,
  options: Partial<RegistryOptions> = {},
): RegistryImageWriter {
  return new RegistryImageWriter(transportFor(t, options), { registry: registry.host, repository });
}

export function readerFor(
  t: TestContext,
  registry: TestRegistry,
  repository: string,
  options: Partial<RegistryOptions> = {},
): RegistryImageReader {
  return new RegistryImageReader(transportFor(t, options), { registry: registry.host, repository });
}

export function blobDescriptor(bytes: Uint8Array): Descriptor {
  return { mediaType: "application/octet-stream", digest: digestOf(bytes), size: bytes.length };
}

/** The content of a blob, in pieces. */
export function pieces(bytes: Uint8Array, length = 1_000): () => AsyncIterable<Uint8Array> {
  return async function* () {
    for (let start = 0; start < bytes.length; start += length) yield bytes.subarray(start, start + length);
  };
}

/** Never aborted before the test has failed anyway. */
export function patience(): AbortSignal {
  return AbortSignal.timeout(20_000);
}

export async function collect(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}
