import type { Descriptor } from "../oci/descriptor.js";
import type { ImageWriter } from "../oci/image-place.js";
import { type Manifest, readManifest } from "../oci/manifest.js";
import { isTag } from "../oci/names.js";
import { readExplanation } from "./body.js";
import { RegistryError } from "./error.js";
import { type Answer, headerOf } from "./exchange.js";
import { RegistryImageReader } from "./image-reader.js";
import { assertDigest, pushRefusal, readStored } from "./push-answer.js";
import { pushScope } from "./scope.js";
import type { Call, RepositoryAddress, Transport } from "./transport.js";
import { Uploads } from "./upload.js";

/** As go-containerregistry has it: the specification says 201, some registries say it otherwise. */
const STORED = new Set([200, 201, 202]);

/** Images into one repository. Everything is asked for with the right to push, so that one token does for all. */
export class RegistryImageWriter extends RegistryImageReader implements ImageWriter {
  readonly #uploads: Uploads;

  constructor(transport: Transport, at: RepositoryAddress) {
    super(transport, at, [pushScope(at.repository)]);
    this.#uploads = new Uploads(transport, this.repository, this.scopes);
  }

  hasBlob(descriptor: Descriptor, signal: AbortSignal): Promise<boolean> {
    return this.#has("blobs", descriptor, {}, signal);
  }

  hasManifest(descriptor: Descriptor, signal: AbortSignal): Promise<boolean> {
    return this.#has("manifests", descriptor, { accept: descriptor.mediaType }, signal);
  }

  /** Mounted from the other repository where the registry does so, else uploaded. */
  async writeBlob(
    descriptor: Descriptor,
    open: () => AsyncIterable<Uint8Array>,
    { from, signal }: Parameters<ImageWriter["writeBlob"]>[2],
  ): Promise<"written" | "mounted"> {
    const mountable = from !== null && from.registry === this.repository.registry ? from.repository : null;
    return this.#uploads.write(descriptor, open, mountable, signal);
  }

  async writeManifest(
    manifest: Manifest,
    tag: string | null,
    signal: AbortSignal,
  ): Promise<{ listed: boolean }> {
    if (tag !== null && !isTag(tag)) throw new TypeError("not a tag");
    const { bytes, mediaType, digest } = manifest;
    const call: Call = {
      method: "PUT",
      target: `/v2/${this.repository.repository}/manifests/${tag ?? digest}`,
      headers: { "content-type": mediaType, "content-length": String(bytes.length) },
      body: () => bytes,
      scopes: this.scopes,
      signal,
    };
    const subject = headerOf(
      await this.transport.retrying(signal, () =>
        this.transport.send(this.repository, call, (answer) => this.#stored(answer, digest)),
      ),
      "oci-subject",
    );
    const content = readManifest(manifest);
    return { listed: content.kind === "manifest" && content.subject !== null && content.subject === subject };
  }

  async #stored(answer: Answer, digest: string): Promise<Answer> {
    if (!STORED.has(answer.status)) throw await pushRefusal(this.transport, this.repository, answer);
    await readStored(answer, digest);
    return answer;
  }

  async #has(
    kind: "blobs" | "manifests",
    { digest, size }: Descriptor,
    headers: Record<string, string>,
    signal: AbortSignal,
  ): Promise<boolean> {
    const target = `/v2/${this.repository.repository}/${kind}/${digest}`;
    const call = { method: "HEAD", target, headers, scopes: this.scopes, signal } as const;
    const read = async (answer: Answer) => {
      if (answer.status !== 200) return this.transport.notFound(answer);
      await readExplanation(answer);
      assertDigest(answer, digest, "has other bytes under that digest");
      const length = headerOf(answer, "content-length");
      if (length !== undefined && Number(length) !== size) {
        throw new RegistryError("registry-protocol", `${digest} has ${size} bytes, the registry has another`);
      }
      return true;
    };
    const sending = () => this.transport.send(this.repository, call, read);
    return (await this.transport.retrying(signal, sending)) ?? false;
  }
}
