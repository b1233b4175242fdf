import { type Descriptor, listAt, objectAt, parseJson, readDescriptor } from "../oci/descriptor.js";
import { MAX_MANIFEST_BYTES } from "../oci/manifest.js";
import { fetchReferrerPages } from "./referrer-pages.js";
import type { RepositoryAddress, Transport } from "./transport.js";

/** The manifests a registry lists as being about a digest, or null if it has no such API. */
export async function fetchReferrers(
  transport: Transport,
  at: RepositoryAddress,
  digest: string,
  { scopes, signal }: { scopes: readonly string[]; signal: AbortSignal },
): Promise<readonly Descriptor[] | null> {
  const wanted = { scopes, signal, maxBytes: MAX_MANIFEST_BYTES };
  const pages = await fetchReferrerPages(transport, at, digest, wanted);
  return pages === null ? null : pages.flatMap(readPage);
}

function readPage(bytes: Uint8Array): readonly Descriptor[] {
  const index = objectAt(parseJson(bytes, "the list of referrers"), "the list of referrers");
  return listAt(index["manifests"], "the list of referrers").map((entry, i) =>
    readDescriptor(entry, `referrer ${i}`),
  );
}
