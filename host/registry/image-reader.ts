import type { Descriptor } from "../oci/descriptor.js";
import { ImageError } from "../oci/image-error.js";
import type { ImageReader } from "../oci/image-place.js";
import { isManifestType, MAX_MANIFEST_BYTES, type Manifest, sniffMediaType } from "../oci/manifest.js";
import { IMAGE_MANIFESTS } from "../oci/media-types.js";
import { refuseCompressed } from "./body.js";
import { RegistryClient } from "./client.js";
import { connectionFailure } from "./connection-failure.js";
import { fetchReferrers } from "./referrers.js";
import { pullScope } from "./scope.js";
import type { RepositoryAddress, Transport } from "./transport.js";

/** Images of one repository, for copying: blobs come as streams. */
export class RegistryImageReader implements ImageReader {
  readonly name: string;
  readonly repository: RepositoryAddress;
  protected readonly transport: Transport;
  /** What tokens are asked for. */
  protected readonly scopes: readonly string[];
  readonly #client: RegistryClient;

  constructor(
    transport: Transport,
    { registry, repository }: RepositoryAddress,
    scopes = [pullScope(repository)],
  ) {
    this.name = `${registry}/${repository}`;
    this.repository = { registry, repository };
    this.transport = transport;
    this.scopes = scopes;
    this.#client = new RegistryClient(transport);
  }

  async manifest(reference: string, signal: AbortSignal): Promise<Manifest | null> {
    const want = { accept: IMAGE_MANIFESTS, maxBytes: MAX_MANIFEST_BYTES, signal, scopes: this.scopes };
    const fetched = await this.#client.manifest({ ...this.repository, reference }, want);
    if (fetched === null) return null;
    const { bytes, digest, mediaType } = fetched;
    // Some registries call every manifest application/json.
    return {
      bytes,
      digest,
      mediaType: isManifestType(mediaType) ? mediaType : sniffMediaType(bytes, digest),
    };
  }

  referrers(digest: string, signal: AbortSignal): Promise<readonly Descriptor[] | null> {
    return fetchReferrers(this.transport, this.repository, digest, { scopes: this.scopes, signal });
  }

  /** One attempt: trying again, from the beginning, is for whoever uses the bytes. */
  async *blob({ digest }: Descriptor, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const target = `/v2/${this.repository.repository}/blobs/${digest}`;
    const call = { method: "GET", target, scopes: this.scopes, signal } as const;
    const answer = await this.transport.send(this.repository, call, async (answer) =>
      answer.status === 200 ? answer : this.transport.notFound(answer),
    );
    if (answer === null) throw new ImageError(`${this.name} has no blob ${digest}`);
    refuseCompressed(answer);
    try {
      yield* answer.body as AsyncIterable<Uint8Array>;
    } catch (error) {
      throw connectionFailure(error, signal);
    }
  }
}
