import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { Client, credentials } from "@grpc/grpc-js";
import type { ImageClient, Login, Pull } from "./image-client.js";

// runtime.v1 of the Kubernetes CRI, as much of it as pulling needs. In all three, field 1 is what is said here:
// PullImageRequest and ImageStatusRequest {image: ImageSpec {image: string}}, ImageStatusResponse {image: Image}.
const IMAGE = 1;
/** PullImageRequest {auth: AuthConfig {username: string, password: string}}. */
const AUTH = 2;
const USERNAME = 1;
const PASSWORD = 2;
/** Image {repo_digests: repeated string}, such as `ghcr.io/a/b@sha256:…`. */
const REPO_DIGESTS = 3;
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

  async pull(name: string, login?: Login): Promise<Pull> {
    try {
      const request = [imageRequest(name), ...(login ? [authentication(login)] : [])];
      await this.#call("PullImage", Buffer.concat(request));
      return { ok: true, error: "" };
    } catch (error) {
      return { ok: false, error: (error as Error).message };
    }
  }

  async find(name: string): Promise<string | null> {
    const repoDigests = repoDigestsIn(await this.#call("ImageStatus", imageRequest(name)));
    const repository = `${name.replace(/@.*$/, "").replace(/:[^:/]*$/, "")}@`;
    const found = repoDigests.find((repoDigest) => `/${repoDigest}`.includes(`/${repository}`));
    return found?.slice(found.indexOf("@") + 1) ?? null;
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
  const spec = new BinaryWriter().tag(IMAGE, WireType.LengthDelimited).string(name).finish();
  return Buffer.from(new BinaryWriter().tag(IMAGE, WireType.LengthDelimited).bytes(spec).finish());
}

function authentication({ username, password }: Login): Buffer {
  const config = new BinaryWriter()
    .tag(USERNAME, WireType.LengthDelimited)
    .string(username)
    .tag(PASSWORD, WireType.LengthDelimited)
    .string(password)
    .finish();
  return Buffer.from(new BinaryWriter().tag(AUTH, WireType.LengthDelimited).bytes(config).finish());
}

/** Of the image in an ImageStatusResponse: every name and digest that has its configuration; empty if there is none. */
function repoDigestsIn(status: Buffer): string[] {
  const [image] = fieldsOf(status, IMAGE);
  return image === undefined
    ? []
    : fieldsOf(image, REPO_DIGESTS).map((bytes) => Buffer.from(bytes).toString());
}

/** Every occurrence of a length-delimited field. */
function fieldsOf(message: Uint8Array, wanted: number): Uint8Array[] {
  const reader = new BinaryReader(message);
  const found = [];
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === wanted) found.push(reader.bytes());
    else reader.skip(wireType);
  }
  return found;
}
