import type { Evidence, Request } from "#component/types";
import type { LayoutSnapshot } from "../layout/layout-reader.js";
import { findSubjects, type Subjects } from "../layout/subjects.js";
import { digestOf } from "../oci/digest.js";
import { ImageError } from "../oci/image-error.js";
import { sniffMediaType } from "../oci/manifest.js";
import { OCI_INDEX } from "../oci/media-types.js";
import { fallbackReferrers, listOfReferrers, taggedSignatures } from "../signatures/layout-signatures.js";
import type { Source } from "./source.js";

const UNKNOWN_TYPE = "application/octet-stream";

/** A layout, and what was found in it. */
interface Place {
  readonly reader: LayoutSnapshot;
  subjects: Promise<Subjects> | null;
}

/**
 * Images and signatures in layouts, asked in the order given, and nothing else: no registry is reached from here. Bytes
 * are passed on as they are; the core compares them with their digest.
 */
export class LayoutSource implements Source {
  readonly #places: readonly Place[];

  /** The readers stay the caller's. */
  constructor(readers: readonly LayoutSnapshot[]) {
    this.#places = readers.map((reader) => ({ reader, subjects: null }));
  }

  async fetch(request: Request, signal: AbortSignal): Promise<readonly Evidence[]> {
    const answer = new Answer(request);
    for (const place of this.#places) {
      await answer.attempt(() => look(place, request, answer, signal));
      if (answer.isComplete) break;
    }
    return answer.evidence;
  }

  async close(): Promise<void> {}
}

async function look(place: Place, request: Request, answer: Answer, signal: AbortSignal): Promise<void> {
  const { reader } = place;
  const { kind, reference } = request;
  const entries = await reader.entries(signal);
  const add = (digest: string, mediaType: string | undefined) =>
    answer.attempt(() => answer.addBlob(reader, digest, mediaType, signal));
  if (kind === "manifest") {
    await add(reference, entries.find(({ digest }) => digest === reference)?.mediaType);
  } else if (kind === "blob") await add(reference, UNKNOWN_TYPE);
  else if (kind === "cosign-tag") {
    for (const { digest, mediaType } of taggedSignatures(entries, reference)) await add(digest, mediaType);
  } else {
    for (const { digest, mediaType } of fallbackReferrers(entries, reference)) await add(digest, mediaType);
    place.subjects ??= findSubjects(reader, signal);
    const { bySubject, isComplete } = await place.subjects;
    const manifests = bySubject.get(reference) ?? [];
    if (manifests.length > 0)
      answer.add(listOfReferrers(manifests), OCI_INDEX, `${reader.name}@${reference}`);
    if (!isComplete)
      answer.addUnavailable("evidence-too-large", `${reader.name} has more blobs than are searched`);
  }
}

/** The places' answers to one request: a fault of one hides nothing that another has. */
class Answer {
  readonly #request: Request;
  readonly #found: Evidence[] = [];
  /** Bytes there is room for. */
  #left: number;

  constructor(request: Request) {
    this.#request = request;
    this.#left = request.maxBytes;
  }

  /** Whether no other place has to be asked: a manifest or blob that has its digest is the same wherever it is. */
  get isComplete(): boolean {
    return this.#found.some((evidence) => this.#isRight(evidence));
  }

  get evidence(): readonly Evidence[] {
    const { kind, reference } = this.#request;
    if (this.isComplete) return this.#found.filter((evidence) => this.#isRight(evidence));
    return this.#found.length > 0 ? this.#found : [{ tag: "absent", val: { kind, reference } }];
  }

  #isRight({ tag, val }: Evidence): boolean {
    const { kind } = this.#request;
    if (tag !== "item" || (kind !== "manifest" && kind !== "blob")) return false;
    return digestOf(val.bytes) === val.reference;
  }

  /** A fault found by `work` is part of the answer. */
  async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      this.addUnavailable(error.code, error.message);
    }
  }

  async addBlob(
    reader: LayoutSnapshot,
    digest: string,
    mediaType: string | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    if ((await reader.blobSize(digest)) === null) return;
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of reader.blob({ digest }, signal)) {
      length += chunk.length;
      if (length > this.#left) return this.addUnavailable("evidence-too-large", `${digest} is too large`);
      chunks.push(chunk);
    }
    const bytes = Buffer.concat(chunks);
    this.add(bytes, mediaType ?? typeOf(bytes, digest), `${reader.name}@${digest}`);
  }

  add(bytes: Uint8Array, mediaType: string, origin: string): void {
    const { kind, reference } = this.#request;
    this.#left -= bytes.length;
    this.#found.push({ tag: "item", val: { kind, reference, mediaType, annotations: [], bytes, origin } });
  }

  addUnavailable(code: ImageError["code"] | "evidence-too-large", detail: string): void {
    const { kind, reference } = this.#request;
    this.#found.push({ tag: "unavailable", val: { kind, reference, code, detail } });
  }
}

function typeOf(bytes: Uint8Array, digest: string): string {
  try {
    return sniffMediaType(bytes, digest);
  } catch (error) {
    if (error instanceof ImageError) return UNKNOWN_TYPE;
    throw error;
  }
}
