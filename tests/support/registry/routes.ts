import { OCI_INDEX } from "../../../host/oci/media-types.js";
import { done, ok, type Reply, refusal } from "./reply.js";
import { Repository } from "./store.js";
import { type UploadManner, Uploads } from "./uploads.js";

/** A request below `/v2/NAME/`. */
export interface Call {
  readonly method: string;
  readonly name: string;
  readonly kind: string;
  /** What follows the kind: a tag, a digest, an upload. */
  readonly rest: string;
  readonly query: URLSearchParams;
  readonly mediaType: string;
  readonly contentRange: string | null;
  /** The registry's own, for absolute locations. */
  readonly host: string;
  readonly body: Buffer;
}

/** The registry's content, and the requests of the OCI distribution specification upon it. */
export class Routes {
  readonly #repositories = new Map<string, Repository>();
  readonly #uploads: Uploads;
  readonly #referrers: boolean;
  readonly #mounts: boolean;

  constructor(options: { referrers: boolean; mounts: boolean; uploads: UploadManner }) {
    this.#referrers = options.referrers;
    this.#mounts = options.mounts;
    this.#uploads = new Uploads(options.uploads);
  }

  /** The repository of that name, made on first use. */
  repository(name: string): Repository {
    let repository = this.#repositories.get(name);
    if (repository === undefined) {
      repository = new Repository();
      this.#repositories.set(name, repository);
    }
    return repository;
  }

  serve(call: Call): Reply {
    const reading = call.method === "GET" || call.method === "HEAD";
    if (call.kind === "blobs" && call.rest.startsWith("uploads/")) return this.#upload(call);
    if (call.kind === "manifests" && call.method === "PUT") return this.#putManifest(call);
    if (!reading) return refusal(405, "UNSUPPORTED");
    const repository = this.#repositories.get(call.name);
    if (repository === undefined) return refusal(404, "NAME_UNKNOWN");
    switch (call.kind) {
      case "manifests":
        return getManifest(repository, call.rest);
      case "blobs":
        return getBlob(repository, call.rest);
      case "tags":
        return ok(
          "application/json",
          JSON.stringify({ name: call.name, tags: [...repository.tags.keys()].sort() }),
        );
      default:
        return this.#getReferrers(repository, call.rest);
    }
  }

  #upload(call: Call): Reply {
    const repository = this.repository(call.name);
    if (call.method === "POST") return this.#mount(call) ?? this.#uploads.begin(call, repository);
    if (call.method === "PATCH") return this.#uploads.append(call);
    if (call.method === "PUT") return this.#uploads.finish(call, repository);
    return refusal(405, "UNSUPPORTED");
  }

  /** Takes a blob from another repository; null if that is not to be. */
  #mount({ name, query }: Call): Reply | null {
    const digest = query.get("mount") ?? "";
    const blob = this.#repositories.get(query.get("from") ?? "")?.blobs.get(digest);
    if (!this.#mounts || blob === undefined) return null;
    this.repository(name).putBlob(blob);
    return done(201, { location: `/v2/${name}/blobs/${digest}`, "docker-content-digest": digest });
  }

  #putManifest({ name, rest, mediaType, body }: Call): Reply {
    const repository = this.repository(name);
    // As the distribution registry has it: what a manifest names has to be there before.
    if (repository.missingFor(body).length > 0) return refusal(400, "MANIFEST_BLOB_UNKNOWN");
    const digest = repository.putManifest(rest, body, mediaType);
    const subject = JSON.parse(body.toString()).subject?.digest;
    const headers = { location: `/v2/${name}/manifests/${digest}`, "docker-content-digest": digest };
    return done(201, this.#referrers && subject ? { ...headers, "oci-subject": subject } : headers);
  }

  #getReferrers(repository: Repository, digest: string): Reply {
    if (!this.#referrers) return refusal(404, "UNSUPPORTED");
    const manifests = repository.referrers(digest);
    return ok(OCI_INDEX, JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }));
  }
}

function getManifest(repository: Repository, reference: string): Reply {
  const found = repository.manifest(reference);
  if (found === null) return refusal(404, "MANIFEST_UNKNOWN");
  return ok(found.mediaType, found.bytes, { "docker-content-digest": found.digest });
}

function getBlob(repository: Repository, digest: string): Reply {
  const found = repository.blobs.get(digest);
  if (found === undefined) return refusal(404, "BLOB_UNKNOWN");
  return ok("application/octet-stream", found, { "docker-content-digest": digest });
}
