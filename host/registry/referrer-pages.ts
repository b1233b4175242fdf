import { OCI_INDEX } from "../oci/media-types.js";
import { readBody, readExplanation } from "./body.js";
import { RegistryError } from "./error.js";
import { type Answer, headerOf, mediaTypeOf } from "./exchange.js";
import { nextLink } from "./link.js";
import type { Call, RepositoryAddress, Transport } from "./transport.js";

const MAX_PAGES = 8;
const NO_SUCH_API = new Set([400, 404, 405, 406]);

export interface PagesWanted {
  readonly scopes: readonly string[];
  readonly signal: AbortSignal;
  /** For all pages together. */
  readonly maxBytes: number;
}

/**
 * The list of what refers to a digest, as the registry gives it, a page each, unread; null if it has no such API (OCI
 * distribution specification 1.1, "Listing Referrers"). After eight pages it is cut off.
 */
export async function fetchReferrerPages(
  transport: Transport,
  at: RepositoryAddress,
  digest: string,
  { scopes, signal, maxBytes }: PagesWanted,
): Promise<readonly Uint8Array[] | null> {
  const pages: Uint8Array[] = [];
  let left = maxBytes;
  let target: string | URL | null = `/v2/${at.repository}/referrers/${digest}`;
  while (target !== null && pages.length < MAX_PAGES) {
    const call: Call = { method: "GET", target, headers: { accept: OCI_INDEX }, scopes, signal };
    const page: Page | null = await transport.retrying(signal, () =>
      transport.send(at, call, (answer) => readPage(transport, answer, left)),
    );
    // A later page that is not there ends the list; the first one says that there is no such API.
    if (page === null) return pages.length === 0 ? null : pages;
    pages.push(page.bytes);
    left -= page.bytes.length;
    target = page.next;
  }
  return pages;
}

interface Page {
  readonly bytes: Uint8Array;
  readonly next: URL | null;
}

async function readPage(transport: Transport, answer: Answer, maxBytes: number): Promise<Page | null> {
  if (NO_SUCH_API.has(answer.status) || (answer.status === 200 && mediaTypeOf(answer) !== OCI_INDEX)) {
    await readExplanation(answer);
    return null;
  }
  if (answer.status !== 200) throw await transport.failure(answer);
  const { bytes } = await readBody(answer, maxBytes);
  return { bytes, next: nextPage(answer) };
}

/** The page a Link header calls next; it has to be at the same host. */
function nextPage(answer: Answer): URL | null {
  const link = nextLink(headerOf(answer, "link") ?? "");
  if (link === null) return null;
  const next = URL.canParse(link, answer.url.href) ? new URL(link, answer.url) : null;
  if (next?.origin !== answer.url.origin) {
    throw new RegistryError("registry-protocol", "the list of referrers goes on at another host");
  }
  return next;
}
