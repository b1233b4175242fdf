// What is in a registry, written and copied over http, as a client without our registry support would.
import { digestOf } from "../../../host/oci/digest.js";
import { OCI_MANIFEST } from "../../../host/oci/media-types.js";
import type { TestImage } from "../image.js";
import { type LegacySignature, sigManifest } from "../sign.js";

/** The tag under which cosign keeps the signatures of an image. */
export function signatureTag(digest: string): string {
  return `${digest.replace(":", "-")}.sig`;
}

/** Pushes an image: under a tag, or by digest only. */
export async function pushOverHttp(
  host: string,
  repository: string,
  image: TestImage,
  tag?: string,
): Promise<void> {
  for (const child of image.children) await pushOverHttp(host, repository, child);
  for (const blob of image.blobs) await putBlob(host, repository, blob);
  await putManifest(host, repository, tag ?? image.digest, image.bytes, image.mediaType);
}

/** Pushes a signature of the image of that digest. */
export async function pushSignatureOverHttp(
  host: string,
  repository: string,
  digest: string,
  signature: LegacySignature,
): Promise<void> {
  const { bytes, config } = sigManifest([signature]);
  for (const blob of [config, signature.payload]) await putBlob(host, repository, blob);
  await putManifest(host, repository, signatureTag(digest), bytes, OCI_MANIFEST);
}

/** Copies a manifest with its blobs, byte for byte, from one place in a registry to another. */
export async function copyOverHttp(
  host: string,
  from: { readonly repository: string; readonly reference: string },
  to: { readonly repository: string; readonly reference: string },
): Promise<void> {
  const source = `http://${host}/v2/${from.repository}`;
  const headers = { accept: OCI_MANIFEST };
  const bytes = await request(`${source}/manifests/${from.reference}`, { method: "GET", headers });
  const { config, layers } = JSON.parse(bytes.toString());
  for (const { digest } of [config, ...layers]) {
    await putBlob(host, to.repository, await request(`${source}/blobs/${digest}`, { method: "GET" }));
  }
  await putManifest(host, to.repository, to.reference, bytes, OCI_MANIFEST);
}

/** Stores a manifest under a tag or its digest. */
export async function putManifest(
  host: string,
  repository: string,
  reference: string,
  body: Uint8Array,
  mediaType: string,
): Promise<void> {
  const headers = { "content-type": mediaType };
  await request(`http://${host}/v2/${repository}/manifests/${reference}`, { method: "PUT", headers, body });
}

/** Stores a blob under its digest. */
export async function putBlob(host: string, repository: string, body: Uint8Array): Promise<void> {
  const uploads = `http://${host}/v2/${repository}/blobs/uploads/`;
  const started = await fetch(uploads, { method: "POST" });
  await started.arrayBuffer();
  const upload = new URL(started.headers.get("location") ?? "", uploads);
  upload.searchParams.set("digest", digestOf(body));
  await request(upload.href, { method: "PUT", body });
}

async function request(url: string, init: RequestInit): Promise<Buffer> {
  const response = await fetch(url, init);
  const body = Buffer.from(await response.arrayBuffer());
  if (!response.ok) throw new Error(`${init.method} ${url}: ${response.status} ${body}`);
  return body;
}
