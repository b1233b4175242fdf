import { BinaryReader, BinaryWriter } from "@bufbuild/protobuf/wire";
import { Client, credentials } from "@grpc/grpc-js";
import type { ImageClient, Pull } from "./image-client.js";

// runtime.v1 of the Kubernetes CRI, as much of it as pulling needs. In all three, field 1 is what is said here:
// PullImageRequest and ImageStatusRequest {image: ImageSpec {image: string}}, ImageStatusResponse {image: Image}.
const IMAGE = 1;
const TAG = (IMAGE << 3) | 2;
/** Milliseconds; a verifier may take ten seconds. */
const DEADLINE = 20_000;

/** Asks containerd as the kubelet does. */
export class Cri implements ImageClient {
  readonly #client: Client;

  constructor(address: string) {
    // The path of the socket is no valid :authority, which containerd's server insists on.
    const options = { "grpc.default_authority": "localhost" };
    this.#client = new Client(`unix://${address}`, credentials.createInsecure(), options);
  }

  async pull(name: string): Promise<Pull> {
    try {
      await this.#call("PullImage", imageRequest(name));
      return { ok: true, error: "" };
    } catch (error) {
      return { ok: false, error: (error as Error).message };
    }
  }

  async has(name: string): Promise<boolean> {
    return hasImage(await this.#call("ImageStatus", imageRequest(name)));
  }

  close(): void {
    this.#client.close();
  }

  #call(method: string, request: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        `/runtime.v1.ImageService/${method}`,
        (bytes: Buffer) => bytes,
        (bytes: Buffer) => bytes,
        request,
        { deadline: Date.now() + DEADLINE },
        (error, response) => (error ? reject(error) : resolve(response ?? Buffer.alloc(0))),
      );
    });
  }
}

function imageRequest(name: string): Buffer {
  const spec = new BinaryWriter().uint32(TAG).string(name).finish();
  return Buffer.from(new BinaryWriter().uint32(TAG).bytes(spec).finish());
}

function hasImage(status: Buffer): boolean {
  const reader = new BinaryReader(status);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === IMAGE) return true;
    reader.skip(wireType);
  }
  return false;
}
