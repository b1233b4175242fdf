import type { Evidence, Image, Request } from "#component/types";
import { OCI_MANIFEST, SIMPLE_SIGNING } from "../../../host/oci/media-types.js";
import { descriptorOf, generateKey, makeImage, sigManifest, signLegacy } from "../../support/sign.js";

const REPOSITORY = "ghcr.io/automata/app";
export const KEY_PATH = "/data/workload/secret/cosign.pub";

const key = generateKey();
const manifest = makeImage();
const signature = signLegacy({
  privateKey: key.privateKey,
  dockerReference: REPOSITORY,
  manifestDigest: manifest.digest,
});
const signatures = sigManifest([signature]);

/** The policy of a node that runs what is signed with one key. */
export const POLICY = Buffer.from(
  JSON.stringify({
    default: [{ type: "reject" }],
    transports: {
      docker: {
        "ghcr.io/automata": [
          { type: "sigstoreSigned", keyPath: KEY_PATH, signedIdentity: { type: "matchRepository" } },
        ],
      },
    },
  }),
);

/** The key the policy names. */
export const KEY = Buffer.from(key.publicPem);

/** An image signed with it, as containerd presents it. */
export const SIGNED_IMAGE: Image = {
  transport: "docker",
  name: `${REPOSITORY}:1`,
  mode: "containerd",
  digest: manifest.digest,
  descriptor: Buffer.from(JSON.stringify(descriptorOf(manifest))),
};

/** What a registry with this image and its signature answers. */
export function evidenceFor({ kind, reference }: Pick<Request, "kind" | "reference">): Evidence {
  switch (kind) {
    case "manifest":
      return item(kind, reference, OCI_MANIFEST, manifest.bytes);
    case "cosign-tag":
      return item(kind, reference, OCI_MANIFEST, signatures.bytes);
    case "blob":
      return item(kind, reference, SIMPLE_SIGNING, signature.payload);
    case "referrers":
      return { tag: "absent", val: { kind, reference } };
  }
}

function item(kind: Request["kind"], reference: string, mediaType: string, bytes: Uint8Array): Evidence {
  return { tag: "item", val: { kind, reference, mediaType, annotations: [], bytes, origin: reference } };
}
