import { type Descriptor, listAt, objectAt, parseJson, readDescriptor } from "../oci/descriptor.js";
import { MAX_MANIFEST_BYTES } from "../oci/manifest.js";
import { OCI_INDEX } from "../oci/media-types.js";
import { readBody, readExplanation } from "./body.js";
import { mediaTypeOf } from "./client.js";
import { RegistryError } from "./error.js";
import { type Answer, headerOf } from "./exchange.js";
import type { Call, RepositoryAddress, Transport } from "./transport.js";

const MAX_PAGES = 8;
const NO_SUCH_API = new Set([400, 404, 405, 406]);

/**
 * The manifests a registry lists as being about a digest, or null if it has no such API: OCI distribution
 * specification 1.1, "Listing Referrers". A list of more than eight pages is cut off there.
 */
export async function fetchReferrers(
  transport: Transport,
  at: RepositoryAddress,
  digest: string,
  { scopes, signal }: { scopes: readonly string[]; signal: AbortSignal },
): Promise<readonly Descriptor[] | null> {
  const found: Descriptor[] = [];
  let target: string | URL | null = `/v2/${at.repository}/referrers/${digest}`;
  for (let pages = 0; target !== null && pages < MAX_PAGES; pages++) {
    const call: Call = { method: "GET", target, headers: { accept: OCI_INDEX }, scopes, signal };
    const page: Page | null = await transport.retrying(signal, () =>
      transport.send(at, call, (answer) => readPage(transport, answer)),
    );
    if (page === null) return null;
    found.push(...page.referrers);
    target = page.next;
  }
  return found;
}

interface Page {
  readonly referrers: readonly Descriptor[];
  readonly next: URL | null;
}

async function readPage(transport: Transport, answer: Answer): Promise<Page | null> {
  if (NO_SUCH_API.has(answer.status) || (answer.status === 200 && mediaTypeOf(answer) !== OCI_INDEX)) {
    await readExplanation(answer);
    return null;
  }
  if (answer.status !== 200) throw await transport.failure(answer);
  const { bytes } = await readBody(answer, MAX_MANIFEST_BYTES);
  const index = objectAt(parseJson(bytes, "the list of referrers"), "the list of referrers");
  const referrers = listAt(index["manifests"], "the list of referrers").map((entry, i) =>
    readDescriptor(entry, `referrer ${i}`),
  );
  return { referrers, next: nextPage(answer) };
}

/** The page a Link header (RFC 8288) calls next; it has to be at the same host. */
function nextPage(answer: Answer): URL | null {
  const link = /<([^>]*)>\s*;[^,]*\brel="?next"?/i.exec(headerOf(answer, "link") ?? "")?.[1];
  if (link === undefined) return null;
  const next = URL.canParse(link, answer.url.href) ? new URL(link, answer.url) : null;
  if (next?.origin !== answer.url.origin)
    throw new RegistryError("registry-protocol", "the list of referrers goes on at another host");
  return next;
}
