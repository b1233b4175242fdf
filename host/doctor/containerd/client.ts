import { Client, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";

import { connectionFailure } from "../../server/connection-failure.js";
import { encode, fieldsOf, numberOf, textOf } from "./message.js";

export const CONTAINERD_SOCKET = "/run/containerd/containerd.sock";

/** A call that failed: gRPC's status, and the server's words. */
export class CallFailed extends Error {
  override readonly name = "CallFailed";
}

/** The namespace in containerd's image store: nobody else's images are in it. */
const NAMESPACE = "countersign-doctor";
const DEADLINE_MS = 5_000;
/** A verifier may take ten seconds. */
const PULL_DEADLINE_MS = 20_000;

/** A running containerd, on its socket. */
export class ContainerdClient {
  readonly #client: Client;

  constructor(address: string) {
    // The path of the socket is not a valid :authority, which containerd's server insists on.
    const options = { "grpc.default_authority": "localhost" };
    this.#client = new Client(`unix://${address}`, credentials.createInsecure(), options);
  }

  /** containerd.services.version.v1: such as `2.1.9`. */
  async version(): Promise<string> {
    return textOf(await this.#call("/containerd.services.version.v1.Version/Version", {}), 1);
  }

  /** containerd.services.introspection.v1, ServerResponse.pid. */
  async processId(): Promise<number> {
    return numberOf(await this.#call("/containerd.services.introspection.v1.Introspection/Server", {}), 2);
  }

  /** As kubelet has images pulled: runtime.v1.ImageService. */
  async pullByCri(name: string): Promise<void> {
    await this.#call("/runtime.v1.ImageService/PullImage", { 1: encode({ 1: name }) }, PULL_DEADLINE_MS);
  }

  async removeByCri(name: string): Promise<void> {
    await this.#call("/runtime.v1.ImageService/RemoveImage", { 1: encode({ 1: name }) });
  }

  /** As `ctr` and nerdctl have them pulled: containerd.services.transfer.v1, from an OCIRegistry to an ImageStore. */
  async pullByTransfer(name: string): Promise<void> {
    const source = anyOf("containerd.types.transfer.OCIRegistry", encode({ 1: name }));
    const destination = anyOf("containerd.types.transfer.ImageStore", encode({ 1: name }));
    const request = { 1: source, 2: destination };
    await this.#call("/containerd.services.transfer.v1.Transfer/Transfer", request, PULL_DEADLINE_MS);
  }

  /** containerd.services.images.v1, with the content that only the image had. */
  async removeFromStore(name: string): Promise<void> {
    await this.#call("/containerd.services.images.v1.Images/Delete", { 1: name, 2: true });
  }

  /** Whether the store has an image. */
  async isInStore(name: string): Promise<boolean> {
    const listed = await this.#call("/containerd.services.images.v1.Images/List", { 1: `name==${name}` });
    return fieldsOf(listed, 1).length > 0;
  }

  close(): void {
    this.#client.close();
  }

  #call(method: string, request: Parameters<typeof encode>[0], deadlineMs = DEADLINE_MS): Promise<Buffer> {
    const metadata = new Metadata();
    metadata.set("containerd-namespace", NAMESPACE);
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        method,
        (bytes: Buffer) => bytes,
        (bytes: Buffer) => bytes,
        Buffer.from(encode(request)),
        metadata,
        { deadline: Date.now() + deadlineMs },
        (error, response) => (error ? reject(failure(error)) : resolve(response ?? Buffer.alloc(0))),
      );
    });
  }
}

function failure(error: ServiceError): CallFailed {
  const { code, details } = error;
  return new CallFailed(connectionFailure(error) ?? (details === "" ? `gRPC status ${code}` : details));
}

/** google.protobuf.Any. */
function anyOf(type: string, value: Uint8Array): Uint8Array {
  return encode({ 1: type, 2: value });
}
