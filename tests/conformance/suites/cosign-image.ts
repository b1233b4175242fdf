import type { Evidence, Judgement, Request } from "#component/types";
import { type PolicyCore, PolicyError } from "../../../host/core/core.js";
import { type Case, flag, object, text } from "../corpus.js";
import { type Stored, storedBlob, storedManifest, storedOf } from "../cosign/stored.js";
import { descriptor } from "../image.js";
import { judgeBy } from "../judge.js";
import type { Subject } from "../subject.js";
import type { Observation, Suite } from "../suite.js";

/** Suites of an image in a repository, under a policy, with the verdict of a real cosign or skopeo. */
export const COSIGN_IMAGES: readonly Suite[] = [
  "cosign-legacy",
  "cosign-bundle",
  "cosign-algorithms",
  "cosign-verify",
  "cosign-policies",
].map((name) => ({ name, observe }));

function observe(test: Case, subject: Subject): Observation {
  const core = subject.load(test["policyText"] ?? object(test, "policy"));
  const loads = test["policyLoads"] !== false;
  const upstream = loads ? { accept: flag(test, "accept") } : { loads: false };
  if (core instanceof PolicyError) return { upstream, ours: { loads: false }, reason: core.message };
  const { ok, code, reason } = judgeImageCase(test, core);
  return { upstream, ours: { accept: ok }, code, reason };
}

/** The judgement on the image of that `digest` in the repository that is `stored`. */
export function judgeImageCase(test: Case, core: PolicyCore): Judgement {
  const digest = text(test, "digest");
  const stored = storedOf(test);
  const manifest = storedManifest(stored, digest);
  const image = {
    transport: text(test, "transport"),
    name: text(test, "imageReference"),
    mode: "user" as const,
    digest: "",
    descriptor: descriptor(manifest?.mediaType ?? "", digest, manifest?.bytes.length ?? 0),
  };
  return judgeBy(core, image, [], (request) => answer(request, stored));
}

/** As a registry without a list of referrers answers. */
function answer({ kind, reference }: Request, stored: Stored): Evidence {
  const found =
    kind === "blob"
      ? { mediaType: "application/octet-stream", bytes: storedBlob(stored, reference) }
      : storedManifest(stored, kind === "referrers" ? reference.replace(":", "-") : reference);
  if (found?.bytes === undefined) return { tag: "absent", val: { kind, reference } };
  const { mediaType, bytes } = found;
  return { tag: "item", val: { kind, reference, mediaType, annotations: [], bytes, origin: reference } };
}
