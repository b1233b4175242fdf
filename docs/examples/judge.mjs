// A program that judges an image in a registry by itself (docs/embedding.md): node judge.mjs POLICY NAME
// Exits with 0 if the image may be used, and prints the digest to use it by; with 1 if not, or if anything went wrong.
import { readFileSync } from "node:fs";
import { PolicyCore } from "countersign";

/** What one verdict may cost at most. */
const SECONDS = 8.5;
const ROUNDS = 7;
const EVIDENCE_BYTES = 16 * 1024 * 1024;

const [policyFile, name] = process.argv.slice(2);
if (name === undefined) throw new Error("usage: node judge.mjs POLICY NAME");
const core = PolicyCore.load(readFileSync(policyFile), fileOrNull);
const judgement = await judge({
  transport: "docker",
  name,
  mode: "user",
  digest: "",
  descriptor: new Uint8Array(),
});
console.log(
  `${judgement.ok ? "use" : "do not use"} ${judgement.digest || name}: ${judgement.code}: ${judgement.reason}`,
);
process.exitCode = judgement.ok ? 0 : 1;

/** The core says what it wants; it is fetched; until the core decides. Whatever is thrown on the way is no verdict. */
async function judge(image) {
  const signal = AbortSignal.timeout(SECONDS * 1000);
  const evidence = [];
  let bytesLeft = EVIDENCE_BYTES;
  let outcome = core.plan(image);
  for (let round = 0; outcome.tag === "wanted"; round++) {
    if (round === ROUNDS) throw new Error(`no decision after ${ROUNDS} rounds`);
    for (const request of outcome.val) {
      const one = await fetched({ ...request, maxBytes: Math.min(request.maxBytes, bytesLeft) }, signal);
      bytesLeft -= one.val.bytes?.length ?? 0;
      evidence.push(one);
    }
    outcome = core.judge(image, evidence, BigInt(Math.floor(Date.now() / 1000)));
  }
  return outcome.val;
}

/** One request as evidence. What is not there, and what could not be asked, are different answers. */
async function fetched({ kind, registry, repository, reference, mediaTypes, maxBytes }, signal) {
  const unavailable = (code, detail) => ({ tag: "unavailable", val: { kind, reference, code, detail } });
  const base = `https://${registry === "docker.io" ? "registry-1.docker.io" : registry}/v2/${repository}`;
  const folder = { blob: "blobs", referrers: "referrers" }[kind] ?? "manifests";
  try {
    let answer = await get(`${base}/${folder}/${reference}`, mediaTypes, signal);
    // A registry without a list of referrers has it under a tag (OCI distribution-spec, "Referrers Tag Schema").
    if (kind === "referrers" && answer.status === 404)
      answer = await get(`${base}/manifests/${reference.replace(":", "-")}`, mediaTypes, signal);
    if (answer.status === 404) return { tag: "absent", val: { kind, reference } };
    if (!answer.ok) return unavailable("registry-protocol", `status ${answer.status}`);
    const bytes = await readAtMost(answer.body, maxBytes);
    if (bytes === null) return unavailable("evidence-too-large", `more than ${maxBytes} bytes`);
    const mediaType = answer.headers.get("content-type")?.split(";")[0].trim() ?? "";
    return { tag: "item", val: { kind, reference, mediaType, annotations: [], bytes, origin: answer.url } };
  } catch (error) {
    return unavailable(
      signal.aborted ? "registry-timeout" : "registry-unavailable",
      error.cause?.code ?? error.name,
    );
  }
}

/** As anybody: with a token, where the registry wants one (distribution, "Token Authentication"). */
async function get(url, mediaTypes, signal) {
  const headers = mediaTypes.length === 0 ? {} : { accept: mediaTypes.join(", ") };
  const answer = await fetch(url, { headers, signal });
  const challenge = answer.headers.get("www-authenticate") ?? "";
  if (answer.status !== 401 || !/^bearer .*realm="https:/i.test(challenge)) return answer;
  await answer.body?.cancel();
  const { realm, ...query } = Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map((m) => [m[1], m[2]]),
  );
  const service = await fetch(`${realm}?${new URLSearchParams(query)}`, { signal });
  const { token, access_token } = await service.json();
  return await fetch(url, {
    headers: { ...headers, authorization: `Bearer ${token ?? access_token}` },
    signal,
  });
}

/** Null: there is more. */
async function readAtMost(body, limit) {
  const chunks = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > limit) return null;
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** A key that cannot be read is the core's business: its requirement denies. */
function fileOrNull(path) {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}
