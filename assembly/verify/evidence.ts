// What the core asks for, and what the host brings.

import { Bytes } from "../bytes/bytes";
import { Message } from "../hash/message";
import { Code } from "./code";

/** Same order as `enum request-kind` in wit/verifier.wit. */
export enum RequestKind {
  Manifest,
  CosignTag,
  Referrers,
  Blob,
}

export class Request {
  constructor(
    readonly kind: RequestKind,
    readonly registry: Bytes,
    readonly repository: Bytes,
    readonly reference: Bytes,
    readonly mediaTypes: Array<string>,
    readonly maxBytes: u32,
  ) {}
}

/** Adds a request, unless the same is there. */
export function addRequest(to: Array<Request>, request: Request): void {
  for (let i = 0; i < to.length; i++) {
    if (to[i].kind == request.kind && to[i].reference.equals(request.reference)) return;
  }
  to.push(request);
}

/** Same order as `enum item-kind` in wit/verifier.wit; the first four answer the request kind of the same number. */
export enum ItemKind {
  Manifest,
  CosignTag,
  Referrers,
  Blob,
  SimpleSigning,
}

export class Annotation {
  constructor(
    readonly name: Bytes,
    readonly value: Bytes,
  ) {}
}

export class Item {
  constructor(
    readonly kind: ItemKind,
    readonly reference: Bytes,
    readonly mediaType: Bytes,
    readonly annotations: Array<Annotation>,
    readonly bytes: Message,
    readonly origin: Bytes,
  ) {}
}

/** A source that could not be asked. */
export class Unavailable {
  constructor(
    readonly code: Code,
    readonly detail: Bytes,
  ) {}
}

/** The answer to one request: an item, or that it could not be asked, or, with neither, that there is none. */
export class Answer {
  constructor(
    readonly kind: RequestKind,
    readonly reference: Bytes,
    readonly item: Item | null,
    readonly unavailable: Unavailable | null,
  ) {}
}

export class Evidence {
  readonly answers: Array<Answer> = [];
  /** Signatures that answer no request: they come from a place other than a registry. */
  readonly signatures: Array<Item> = [];
  /** Where the last answer was found: questions come in the order of the answers. */
  private last: i32 = 0;

  /** Every answer to a request of this kind and reference: a list may come in pages. */
  answersTo(kind: RequestKind, reference: Bytes): Array<Answer> {
    const out: Array<Answer> = [];
    for (let i = 0; i < this.answers.length; i++) {
      const answer = this.answers[i];
      if (answer.kind == kind && answer.reference.equals(reference)) out.push(answer);
    }
    return out;
  }

  /** The answer to a request of this kind and reference, or null: not asked yet. */
  answer(kind: RequestKind, reference: Bytes): Answer | null {
    const count = this.answers.length;
    for (let i = 0; i < count; i++) {
      const at = (this.last + i) % count;
      const answer = this.answers[at];
      if (answer.kind != kind || !answer.reference.equals(reference)) continue;
      this.last = at;
      return answer;
    }
    return null;
  }
}
