import type { Evidence, Request } from "#component/types";
import { isDigest } from "../oci/digest.js";
import type { EvidencePlace, Source } from "./source.js";

/** A repository of a registry. */
export interface SignatureRepository {
  readonly registry: string;
  readonly repository: string;
}

/** Images whose signatures are in a repository of their own, as cosign's COSIGN_REPOSITORY has it. */
export class SeparateSignatures implements Source {
  readonly #source: Source;
  readonly #at: SignatureRepository;

  constructor(source: Source, { registry, repository }: SignatureRepository) {
    this.#source = source;
    this.#at = { registry, repository };
  }

  begin(): EvidencePlace {
    return separated(this.#source.begin?.() ?? this.#source, this.#at);
  }

  fetch(request: Request, signal: AbortSignal): Promise<readonly Evidence[]> {
    return this.begin().fetch(request, signal);
  }

  close(): Promise<void> {
    return this.#source.close();
  }
}

function separated(place: EvidencePlace, at: SignatureRepository): EvidencePlace {
  return {
    async fetch(request, signal) {
      const elsewhere = { ...request, ...at };
      if (request.kind !== "manifest") return place.fetch(elsewhere, signal);
      const evidence = await place.fetch(request, signal);
      // A digest may be that of a manifest that carries a bundle: what has the digest is what was asked for, wherever
      // it is.
      if (!isDigest(request.reference) || evidence.some(({ tag }) => tag === "item")) return evidence;
      const other = await place.fetch(elsewhere, signal);
      return other.some(({ tag }) => tag === "item") ? other : evidence;
    },
    beyond() {
      const next = place.beyond?.() ?? null;
      return next === null ? null : separated(next, at);
    },
  };
}
