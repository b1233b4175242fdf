import { digestOf } from "../../../host/oci/digest.js";

export interface StoredManifest {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

/** What one repository of the test registry holds: content by digest, tags to digests. */
export class Repository {
  readonly manifests = new Map<string, StoredManifest>();
  readonly blobs = new Map<string, Uint8Array>();
  readonly tags = new Map<string, string>();

  /** Stores a manifest under its digest, and under the reference if that is a tag. */
  putManifest(reference: string, bytes: Uint8Array, mediaType: string): string {
    const digest = digestOf(bytes);
    this.manifests.set(digest, { bytes, mediaType });
    if (!reference.startsWith("sha256:")) this.tags.set(reference, digest);
    return digest;
  }

  putBlob(bytes: Uint8Array): string {
    const digest = digestOf(bytes);
    this.blobs.set(digest, bytes);
    return digest;
  }

  manifest(reference: string): (StoredManifest & { digest: string }) | null {
    const digest = this.tags.get(reference) ?? reference;
    const found = this.manifests.get(digest);
    return found === undefined ? null : { ...found, digest };
  }

  /** What a manifest names that is not here, as digests. A subject may be missing. */
  missingFor(bytes: Uint8Array): string[] {
    const { config, layers = [], manifests = [] } = JSON.parse(Buffer.from(bytes).toString());
    const blobs = [config ?? [], layers].flat().filter(({ digest }) => !this.blobs.has(digest));
    const children = manifests.filter(({ digest }: { digest: string }) => !this.manifests.has(digest));
    return [...blobs, ...children].map(({ digest }) => digest);
  }

  /** Descriptors of the manifests whose `subject` is the digest. */
  referrers(digest: string): Record<string, unknown>[] {
    const found = [];
    for (const [own, { bytes, mediaType }] of this.manifests) {
      const manifest = JSON.parse(Buffer.from(bytes).toString());
      if (manifest.subject?.digest !== digest) continue;
      const artifactType = manifest.artifactType ?? manifest.config?.mediaType;
      const { annotations } = manifest;
      found.push({ mediaType, digest: own, size: bytes.length, artifactType, annotations });
    }
    return found;
  }
}
