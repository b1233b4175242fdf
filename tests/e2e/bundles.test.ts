// Bundles in every spelling, put to a real cosign, and its verdicts to the conformance runner: where ours differs, a rule
// in tests/conformance/exceptions.ts says why.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { digestOf } from "../../host/oci/digest.js";
import { OCI_EMPTY, OCI_MANIFEST, SIGSTORE_BUNDLE } from "../../host/oci/media-types.js";
import { readSigner } from "../../host/signing/signer.js";
import { readCosign } from "../conformance/cosign/corpus.js";
import { run, sum } from "../conformance/runner.js";
import { Subject } from "../conformance/subject.js";
import { findPeers, type Peers } from "../support/peers/peers.js";
import { finish } from "../support/process.js";
import { startRegistry, type TestRegistry } from "../support/registry/registry.js";
import { sharedPath } from "../support/shared.js";
import { bundleVariants } from "./bundles/variants.js";

const VECTORS = sharedPath("vectors/cosign");
const peers = findPeers();
const skip = VECTORS === null ? "no shared vectors" : "unavailable" in peers ? peers.unavailable : false;

const PASSWORD = "fixture-password";
const EMPTY = Buffer.from("{}");
/** cosign is run so many times at once. */
const WIDTH = 4;

test("of every spelling of a bundle our verdict is cosign's, but for the rules", { skip }, async (t) => {
  const vectors = VECTORS as string;
  const folder = mkdtempSync(join(tmpdir(), "countersign-bundles-"));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "negative-bundle"));
  const registry = await startRegistry({ referrers: true });
  t.after(() => registry.close());

  const image = readFileSync(join(vectors, "images/img-amd64.manifest.json"));
  const signer = await readSigner(readFileSync(join(vectors, "keys/k3.key")), async () =>
    Buffer.from(PASSWORD),
  );
  const variants = bundleVariants(digestOf(image), (payload, type) => {
    const encoding = `DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `;
    return Buffer.from(signer.sign(Buffer.concat([Buffer.from(encoding), payload]))).toString("base64");
  });

  const rows: string[] = [];
  const waiting = Object.entries(variants);
  const worker = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [name, text] = next;
      const { bytes, manifest } = push(registry, name, image, text);
      const accepts = await cosignAccepts(
        peers as Peers,
        registry,
        name,
        image,
        join(vectors, "keys/k3.pub"),
      );
      const variant = {
        name,
        imageDigest: digestOf(image),
        referrerManifest: manifest.toString("base64"),
        bundle: bytes.toString("base64"),
      };
      writeFileSync(join(folder, "negative-bundle", `${name}.json`), JSON.stringify(variant));
      rows.push(`${name}\t${accepts ? "ACCEPT" : "REJECT"}`);
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, worker));
  writeFileSync(join(folder, "negative-bundle/oracle.tsv"), ["variant\tcosign", ...rows.sort()].join("\n"));
  assert.ok(rows.includes("plain\tACCEPT") && rows.includes("key-null\tREJECT"), rows.join("\n"));

  const result = await run(readCosign(folder, vectors), new Subject(folder));
  const { passed, failed, excepted } = sum(result.suites.values());
  assert.equal(failed, 0, JSON.stringify(result.failures, null, 1));
  assert.deepEqual([passed + excepted, excepted], [rows.length, 5]);
});

function push(
  registry: TestRegistry,
  name: string,
  image: Uint8Array,
  text: string,
): { bytes: Buffer; manifest: Buffer } {
  const repository = `bundles/${name}`;
  const bytes = Buffer.from(text);
  const document = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    artifactType: SIGSTORE_BUNDLE,
    config: { mediaType: OCI_EMPTY, digest: digestOf(EMPTY), size: EMPTY.length },
    layers: [{ mediaType: SIGSTORE_BUNDLE, digest: digestOf(bytes), size: bytes.length }],
    subject: { mediaType: OCI_MANIFEST, digest: digestOf(image), size: image.length },
  };
  const manifest = Buffer.from(JSON.stringify(document));
  registry.putManifest(repository, "amd64", image, OCI_MANIFEST);
  registry.putBlob(repository, EMPTY);
  registry.putBlob(repository, bytes);
  registry.putManifest(repository, digestOf(manifest), manifest, OCI_MANIFEST);
  return { bytes, manifest };
}

/** Whether cosign verifies it; any end but these two is a failure of the test. */
async function cosignAccepts(
  { bin }: Peers,
  registry: TestRegistry,
  name: string,
  image: Uint8Array,
  key: string,
): Promise<boolean> {
  const reference = `${registry.host}/bundles/${name}@${digestOf(image)}`;
  const args = ["verify", "--insecure-ignore-tlog=true", "--key", key, reference];
  const { status, stderr } = await finish(join(bin, "cosign"), args, {
    env: { ...process.env, HOME: "/nonexistent", DOCKER_CONFIG: "/nonexistent" },
  });
  if (status === 0) return true;
  assert.match(
    stderr,
    /no signatures found|no matching attestations|does not contain a DSSE/,
    `${name}: ${stderr}`,
  );
  return false;
}
