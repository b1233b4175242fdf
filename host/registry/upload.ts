import type { Descriptor } from "../oci/descriptor.js";
import { readExplanation } from "./body.js";
import { Chunks } from "./chunks.js";
import { RegistryError } from "./error.js";
import { type Answer, headerOf } from "./exchange.js";
import { pushRefusal, readStored } from "./push-answer.js";
import { pullScope } from "./scope.js";
import type { Call, RepositoryAddress, Transport } from "./transport.js";

/** What registries, and proxies before them, say to a blob sent as one body. */
const WANTS_CHUNKS = new Set([405, 411, 413, 415, 501]);

/**
 * Below what proxies let through (Cloudflare: 100 MB), and large enough that the number of requests does not matter.
 */
const CHUNK_BYTES = 32 * 1024 * 1024;
const LARGEST_CHUNK_BYTES = 1024 * 1024 * 1024;

type Content = () => AsyncIterable<Uint8Array>;

/**
 * Blob uploads to one repository: OCI distribution specification, "Pushing blobs". A blob is one PUT after the POST;
 * where that is refused it, and all after it, are sent in chunks. Nothing is buffered: bytes are read as they leave.
 */
export class Uploads {
  readonly #transport: Transport;
  readonly #at: RepositoryAddress;
  readonly #scopes: readonly string[];
  #inChunks = false;

  constructor(transport: Transport, at: RepositoryAddress, scopes: readonly string[]) {
    this.#transport = transport;
    this.#at = at;
    this.#scopes = scopes;
  }

  /** One attempt. `mountFrom` is a repository of the same registry that has the blob. */
  async write(
    descriptor: Descriptor,
    open: Content,
    mountFrom: string | null,
    signal: AbortSignal,
  ): Promise<"written" | "mounted"> {
    const begun = mountFrom === null ? null : await this.#mount(descriptor, mountFrom, signal);
    if (begun === "mounted") return begun;
    const session = begun ?? (await this.#begin(signal));
    if (this.#inChunks) await this.#writeChunks(session, descriptor, open, signal);
    else if (!(await this.#writeWhole(session, descriptor, open, signal))) {
      this.#inChunks = true;
      await this.#writeChunks(await this.#begin(signal), descriptor, open, signal);
    }
    return "written";
  }

  /**
   * Mounting is optional for the registry: any answer but yes or an upload's location is ignored, and the blob is
   * uploaded.
   */
  async #mount(
    { digest }: Descriptor,
    from: string,
    signal: AbortSignal,
  ): Promise<"mounted" | Session | null> {
    const query = new URLSearchParams({ mount: digest, from });
    const scopes = [...this.#scopes, pullScope(from)];
    const call = { method: "POST", target: `${this.#path}?${query}`, scopes, signal } as const;
    const read = async (answer: Answer) => {
      if (answer.status === 202) return this.#session(answer);
      await readExplanation(answer);
      return answer.status === 201 ? "mounted" : null;
    };
    return this.#send(call, read).catch((error) => {
      // A token service may refuse a token for both repositories and yet have one for this.
      if (error instanceof RegistryError && error.code === "registry-unauthorized") return null;
      throw error;
    });
  }

  #begin(signal: AbortSignal): Promise<Session> {
    return this.#send({ method: "POST", target: this.#path, signal }, async (answer) => {
      if (answer.status !== 202) throw await pushRefusal(this.#transport, this.#at, answer);
      return this.#session(answer);
    });
  }

  /** False: the registry wants the blob in chunks. */
  async #writeWhole(session: Session, descriptor: Descriptor, open: Content, signal: AbortSignal) {
    const { digest, size } = descriptor;
    const headers = { "content-type": "application/octet-stream", "content-length": String(size) };
    const target = commit(session.location, digest);
    return this.#send({ method: "PUT", target, headers, body: open, signal }, async (answer) => {
      if (WANTS_CHUNKS.has(answer.status)) {
        await readExplanation(answer);
        return false;
      }
      await this.#committed(answer, digest);
      return true;
    });
  }

  async #writeChunks(session: Session, { digest, size }: Descriptor, open: Content, signal: AbortSignal) {
    const chunks = new Chunks(open());
    try {
      let { location } = session;
      for (let start = 0; start < size; ) {
        const length = Math.min(session.chunkBytes, size - start);
        const headers = {
          "content-type": "application/octet-stream",
          "content-length": String(length),
          "content-range": `${start}-${start + length - 1}`,
        };
        const body = once(() => chunks.next(length));
        const call = { method: "PATCH", target: location, headers, body, signal } as const;
        location = await this.#send(call, (answer) => this.#continued(answer));
        start += length;
      }
      // The last piece is sent only once the content has been found right, which is known when it has been read to its
      // end.
      await chunks.end();
      const headers = { "content-length": "0" };
      const call = { method: "PUT", target: commit(location, digest), headers, signal } as const;
      await this.#send(call, (answer) => this.#committed(answer, digest));
    } finally {
      await chunks.close();
    }
  }

  async #continued(answer: Answer): Promise<URL> {
    if (![201, 202, 204].includes(answer.status)) throw await this.#broken(answer);
    await readExplanation(answer);
    return this.#transport.locate(answer, "the upload's location");
  }

  async #committed(answer: Answer, digest: string): Promise<void> {
    if (answer.status !== 201) throw await this.#broken(answer);
    await readStored(answer, digest);
  }

  /** An upload the registry has forgotten, as after a restart, can be begun again. */
  async #broken(answer: Answer): Promise<RegistryError> {
    if (answer.status !== 404) return pushRefusal(this.#transport, this.#at, answer);
    await readExplanation(answer);
    return new RegistryError("registry-unavailable", "the registry has lost an upload", { transient: true });
  }

  async #session(answer: Answer): Promise<Session> {
    await readExplanation(answer);
    const location = this.#transport.locate(answer, "the upload's location");
    const least = Number(headerOf(answer, "oci-chunk-min-length") ?? 0);
    const chunkBytes = Number.isSafeInteger(least) ? Math.max(CHUNK_BYTES, least) : CHUNK_BYTES;
    return { location, chunkBytes: Math.min(chunkBytes, LARGEST_CHUNK_BYTES) };
  }

  #send<T>(call: Omit<Call, "scopes"> & { scopes?: Call["scopes"] }, read: (answer: Answer) => Promise<T>) {
    return this.#transport.send(this.#at, { scopes: this.#scopes, ...call }, read);
  }

  get #path(): string {
    return `/v2/${this.#at.repository}/blobs/uploads/`;
  }
}

interface Session {
  readonly location: URL;
  readonly chunkBytes: number;
}

/** A piece of a stream cannot be sent again: a challenge in the middle begins the upload anew, with its answer. */
function once<T>(open: () => T): () => T {
  let opened = false;
  return () => {
    if (opened)
      throw new RegistryError("registry-unavailable", "an upload was challenged", { transient: true });
    opened = true;
    return open();
  };
}

/** The location's own query is the registry's, and is kept. */
function commit(location: URL, digest: string): URL {
  const url = new URL(location);
  url.search += `${url.search === "" ? "?" : "&"}digest=${encodeURIComponent(digest)}`;
  return url;
}
