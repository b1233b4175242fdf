import type { Descriptor } from "./descriptor.js";
import type { Manifest } from "./manifest.js";

/**
 * A place images are read from: a repository of a registry, an OCI layout. It rejects with a `RegistryError` or an
 * `ImageError`.
 */
export interface ImageReader {
  /** The same text for the same place, readable: `ghcr.io/a/b`, `oci:/srv/image`. */
  readonly name: string;
  /** The repository, if this is one: others of its registry may mount its blobs. Else null. */
  readonly repository: { readonly registry: string; readonly repository: string } | null;
  /** The manifest under a tag or digest, null if there is none; asked for by digest it has that digest. */
  manifest(reference: string, signal: AbortSignal): Promise<Manifest | null>;
  /** The manifests whose subject is that digest, or null if the place keeps no such list. */
  referrers(digest: string, signal: AbortSignal): Promise<readonly Descriptor[] | null>;
  /** A blob's bytes as they come, unchecked, in one attempt. */
  blob(descriptor: Descriptor, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** A place images are written to, whose content can also be read. */
export interface ImageWriter extends ImageReader {
  hasBlob(descriptor: Descriptor, signal: AbortSignal): Promise<boolean>;
  /**
   * Writes a blob, whole or not at all, in one attempt. `open` gives its checked content from the beginning, and may
   * be called again. `from` is a repository that has it.
   */
  writeBlob(
    descriptor: Descriptor,
    open: () => AsyncIterable<Uint8Array>,
    options: { readonly from: ImageReader["repository"]; readonly signal: AbortSignal },
  ): Promise<"written" | "mounted">;
  hasManifest(descriptor: Descriptor, signal: AbortSignal): Promise<boolean>;
  /**
   * Stores a manifest by its digest and, if there is a tag, points that at it. `listed`: the place itself now names
   * it among the referrers of its subject.
   */
  writeManifest(
    manifest: Manifest,
    tag: string | null,
    signal: AbortSignal,
  ): Promise<{ readonly listed: boolean }>;
}
