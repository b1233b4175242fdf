// A program that has the package as a dependency and judges one image of a registry on http: node embedder.js POLICY NAME.
import { readFileSync } from "node:fs";

import { type CoreOutcome, type Evidence, type Image, PolicyCore, type Request } from "countersign";

const [policy = "", name = ""] = process.argv.slice(2);
const core = PolicyCore.load(readFileSync(policy), readIfThere);
const image: Image = {
  transport: "docker",
  name,
  mode: "user",
  digest: "",
  descriptor: new Uint8Array(),
};

const evidence: Evidence[] = [];
let outcome: CoreOutcome = core.plan(image);
while (outcome.tag === "wanted") {
  for (const request of outcome.val) evidence.push(await fetched(request));
  outcome = core.judge(image, evidence, BigInt(Math.floor(Date.now() / 1000)));
}
const { ok, code, digest, policyDigest } = outcome.val;
process.stdout.write(`${JSON.stringify({ ok, code, digest, policyDigest })}\n`);

/** What could not be had is evidence, too: nothing of it becomes trust. */
async function fetched({
  kind,
  registry,
  repository,
  reference,
  mediaTypes,
  maxBytes,
}: Request): Promise<Evidence> {
  const folder = kind === "blob" ? "blobs" : kind === "referrers" ? "referrers" : "manifests";
  const url = `http://${registry}/v2/${repository}/${folder}/${reference}`;
  const answer = await fetch(url, { headers: { accept: mediaTypes.join(", ") } });
  if (answer.status === 404) return { tag: "absent", val: { kind, reference } };
  const bytes = new Uint8Array(await answer.arrayBuffer());
  if (answer.status !== 200 || bytes.length > maxBytes) {
    const detail = `status ${answer.status}, ${bytes.length} bytes`;
    return { tag: "unavailable", val: { kind, reference, code: "registry-protocol", detail } };
  }
  const mediaType = answer.headers.get("content-type")?.split(";")[0] ?? "";
  return { tag: "item", val: { kind, reference, mediaType, annotations: [], bytes, origin: url } };
}

function readIfThere(path: string): Uint8Array | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}
