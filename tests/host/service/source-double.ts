import type { Evidence, Item, Request } from "#component/types";
import type { Source } from "../../../host/sources/source.js";

type Answer = (request: Request, signal: AbortSignal) => Evidence | readonly Evidence[] | Promise<Evidence>;

/** A source that answers as it is told and remembers what it was asked. */
export class SourceDouble implements Source {
  readonly asked: Request[] = [];
  readonly #answer: Answer;

  constructor(answer: Answer = (request) => itemFor(request)) {
    this.#answer = answer;
  }

  async fetch(request: Request, signal: AbortSignal): Promise<readonly Evidence[]> {
    this.asked.push(request);
    return [await this.#answer(request, signal)].flat();
  }

  async close(): Promise<void> {}
}

/** A source that never answers and does not listen to the signal either. */
export function deafSource(): SourceDouble {
  return new SourceDouble(() => new Promise(() => {}));
}

/** Evidence that answers a request, with 4 bytes unless told otherwise. */
export function itemFor({ kind, reference }: Request, item: Partial<Item> = {}): Evidence {
  return {
    tag: "item",
    val: {
      kind,
      reference,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      annotations: [],
      bytes: Buffer.from("body"),
      origin: `registry ${reference}`,
      ...item,
    },
  };
}
