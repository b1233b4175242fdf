// Images that are not made the usual way.
import { digestOf } from "../../../host/oci/digest.js";
import { DOCKER_MANIFEST, OCI_EMPTY, OCI_MANIFEST } from "../../../host/oci/media-types.js";
import { makeImage, type TestImage } from "../../support/image.js";

export const twoPlatforms = (seed: string): TestImage =>
  makeImage({ seed, platforms: ["linux/amd64", "linux/arm64"] });

/** As `docker push` makes them: Docker image manifest, schema 2. */
export function dockerImage(seed: string): TestImage {
  const docker = "application/vnd.docker";
  return rewritten(seed, DOCKER_MANIFEST, (manifest) => ({
    ...manifest,
    mediaType: DOCKER_MANIFEST,
    config: { ...manifest.config, mediaType: `${docker}.container.image.v1+json` },
    layers: manifest.layers.map((layer) => ({ ...layer, mediaType: `${docker}.image.rootfs.diff.tar.gzip` })),
  }));
}

/** With the schemaVersion of Docker schema 1, but served as an OCI manifest. */
export const schemaVersion1 = (seed: string): TestImage =>
  rewritten(seed, OCI_MANIFEST, (manifest) => ({ ...manifest, schemaVersion: 1 }));

/** With the `signatures` of Docker schema 1: readers that know it take the digest of something else than the bytes. */
export const schema1Signatures = (seed: string): TestImage =>
  rewritten(seed, OCI_MANIFEST, (manifest) => ({ ...manifest, signatures: [{ protected: "e30" }] }));

/** Something else than an image in an OCI image manifest, as OCI 1.1 has it: a chart, a model, a bill of materials. */
export function artifact(seed: string): TestImage {
  const empty = Buffer.from("{}");
  const chart = "application/vnd.example.chart";
  const asChart = ({ layers, ...manifest }: Manifest) => ({
    ...manifest,
    artifactType: `${chart}.v1`,
    config: { mediaType: OCI_EMPTY, digest: digestOf(empty), size: empty.length },
    layers: layers.map((layer) => ({ ...layer, mediaType: `${chart}.content.v1` })),
  });
  return rewritten(seed, OCI_MANIFEST, asChart, [empty]);
}

/** As release candidates of OCI 1.1 had it: a manifest that is no image's at all. */
export function artifactManifest(seed: string): TestImage {
  const mediaType = "application/vnd.oci.artifact.manifest.v1+json";
  return rewritten(seed, mediaType, ({ layers }) => ({
    mediaType,
    artifactType: "text/plain",
    blobs: layers,
  }));
}

interface Manifest {
  readonly config: object;
  readonly layers: readonly object[];
}

function rewritten(
  seed: string,
  mediaType: string,
  rewrite: (manifest: Manifest) => object,
  blobs: readonly Uint8Array[] = [],
): TestImage {
  const image = makeImage({ seed });
  const bytes = Buffer.from(JSON.stringify(rewrite(JSON.parse(Buffer.from(image.bytes).toString()))));
  return { bytes, mediaType, digest: digestOf(bytes), blobs: [...image.blobs, ...blobs], children: [] };
}
