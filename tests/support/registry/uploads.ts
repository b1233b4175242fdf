import { randomUUID } from "node:crypto";
import { digestOf } from "../../../host/oci/digest.js";
import { done, type Reply, refusal } from "./reply.js";
import type { Call } from "./routes.js";
import type { Repository } from "./store.js";

/** How a registry wants blobs to be uploaded. */
export interface UploadManner {
  /** Whether it names locations with scheme and host. */
  readonly absolute?: boolean;
  /** Whether a blob in one body is refused. */
  readonly chunksOnly?: boolean;
  /** Announced as OCI-Chunk-Min-Length. */
  readonly chunkMinLength?: number;
}

/** Blob uploads under way: monolithic, by POST and PUT, or in chunks by PATCH. */
export class Uploads {
  readonly #manner: UploadManner;
  readonly #parts = new Map<string, Buffer>();

  constructor(manner: UploadManner) {
    this.#manner = manner;
  }

  /** POST `/v2/NAME/blobs/uploads/`: begins one; with `digest` also ends it. */
  begin(call: Call, repository: Repository): Reply {
    const id = randomUUID();
    this.#parts.set(id, Buffer.alloc(0));
    if (call.query.get("digest") !== null) return this.#finish(id, call, repository);
    return this.#accepted(call, id);
  }

  /** PATCH: appends. */
  append(call: Call): Reply {
    const id = idOf(call);
    const before = this.#parts.get(id);
    if (before === undefined) return refusal(404, "BLOB_UPLOAD_UNKNOWN");
    const range = `${before.length}-${before.length + call.body.length - 1}`;
    if (call.contentRange !== null && call.contentRange !== range) return refusal(416, "SIZE_INVALID");
    this.#parts.set(id, Buffer.concat([before, call.body]));
    return this.#accepted(call, id);
  }

  /** PUT with `digest`: appends and ends. */
  finish(call: Call, repository: Repository): Reply {
    const id = idOf(call);
    const isWhole = this.#parts.get(id)?.length === 0 && call.body.length > 0;
    if (this.#manner.chunksOnly && isWhole) return refusal(413, "SIZE_INVALID");
    return this.#finish(id, call, repository);
  }

  #finish(id: string, { name, query, body }: Call, repository: Repository): Reply {
    const before = this.#parts.get(id);
    if (before === undefined) return refusal(404, "BLOB_UPLOAD_UNKNOWN");
    this.#parts.delete(id);
    const digest = query.get("digest") ?? "";
    const bytes = Buffer.concat([before, body]);
    if (digestOf(bytes) !== digest) return refusal(400, "DIGEST_INVALID");
    repository.putBlob(bytes);
    return done(201, { location: `/v2/${name}/blobs/${digest}`, "docker-content-digest": digest });
  }

  #accepted({ name, host }: Call, id: string): Reply {
    const length = this.#parts.get(id)?.length ?? 0;
    const path = `/v2/${name}/blobs/uploads/${id}?state=kept`;
    const location = this.#manner.absolute ? `http://${host}${path}` : path;
    const least = this.#manner.chunkMinLength;
    return done(202, {
      location,
      range: `0-${Math.max(0, length - 1)}`,
      "docker-upload-uuid": id,
      ...(least === undefined ? {} : { "oci-chunk-min-length": String(least) }),
    });
  }
}

/** Of an upload whose location was kept whole, query included; no upload otherwise. */
function idOf({ rest, query }: Call): string {
  return query.get("state") === "kept" ? rest.slice("uploads/".length) : "";
}
