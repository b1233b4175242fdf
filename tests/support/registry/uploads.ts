import { randomUUID } from "node:crypto";
import { digestOf } from "../../../host/oci/digest.js";
import { done, type Reply, refusal } from "./reply.js";
import type { Repository } from "./store.js";

/** Blob uploads under way: monolithic, by POST and PUT, or in chunks by PATCH. */
export class Uploads {
  readonly #parts = new Map<string, Buffer[]>();

  /** POST `/v2/NAME/blobs/uploads/`: begins one; with `digest` also ends it. */
  begin(name: string, repository: Repository, digest: string | null, body: Buffer): Reply {
    const id = randomUUID();
    this.#parts.set(id, []);
    if (digest !== null) return this.finish(name, repository, id, digest, body);
    return accepted(name, id, 0);
  }

  /** PATCH: appends. */
  append(name: string, id: string, body: Buffer): Reply {
    const parts = this.#parts.get(id);
    if (parts === undefined) return refusal(404, "BLOB_UPLOAD_UNKNOWN");
    parts.push(body);
    return accepted(name, id, Buffer.concat(parts).length);
  }

  /** PUT with `digest`: appends and ends. */
  finish(name: string, repository: Repository, id: string, digest: string, body: Buffer): Reply {
    const parts = this.#parts.get(id);
    if (parts === undefined) return refusal(404, "BLOB_UPLOAD_UNKNOWN");
    this.#parts.delete(id);
    const bytes = Buffer.concat([...parts, body]);
    if (digestOf(bytes) !== digest) return refusal(400, "DIGEST_INVALID");
    repository.putBlob(bytes);
    return done(201, { location: `/v2/${name}/blobs/${digest}`, "docker-content-digest": digest });
  }
}

function accepted(name: string, id: string, length: number): Reply {
  const location = `/v2/${name}/blobs/uploads/${id}?state=kept`;
  return done(202, { location, range: `0-${Math.max(0, length - 1)}`, "docker-upload-uuid": id });
}
