import type { Evidence, Request } from "#component/types";
import type { BlobStore } from "./blob-store.js";
import type { EvidencePlace, Source } from "./source.js";

/** A source whose blobs are fetched once, and read from a store after that. Nothing else is: a tag may have moved. */
export class SourceWithStore implements Source {
  readonly #source: Source;
  readonly #store: BlobStore;

  constructor(source: Source, store: BlobStore) {
    this.#source = source;
    this.#store = store;
  }

  begin(): EvidencePlace {
    return withStore(this.#source.begin?.() ?? this.#source, this.#store);
  }

  fetch(request: Request, signal: AbortSignal): Promise<readonly Evidence[]> {
    return this.begin().fetch(request, signal);
  }

  async close(): Promise<void> {
    await this.#source.close();
    await this.#store.close();
  }
}

function withStore(place: EvidencePlace, store: BlobStore): EvidencePlace {
  return {
    async fetch(request, signal) {
      if (request.kind !== "blob") return place.fetch(request, signal);
      const kept = await store.read(request.reference, request.maxBytes);
      if (kept !== null) return [asItem(request, kept)];
      const evidence = await place.fetch(request, signal);
      // A source has hashed what it gives for a digest; what is read is hashed again.
      for (const { tag, val } of evidence) if (tag === "item") store.keep(request.reference, val.bytes);
      return evidence;
    },
    beyond() {
      const next = place.beyond?.() ?? null;
      return next === null ? null : withStore(next, store);
    },
  };
}

function asItem({ registry, repository, reference }: Request, bytes: Uint8Array): Evidence {
  const origin = `${registry}/${repository}@${reference}`;
  const mediaType = "application/octet-stream";
  return { tag: "item", val: { kind: "blob", reference, mediaType, annotations: [], bytes, origin } };
}
