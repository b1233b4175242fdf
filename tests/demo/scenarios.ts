import { NAMESPACE } from "../support/countersign/policy.js";
import { makeImage } from "../support/image.js";
import { copyOverHttp, pushOverHttp, signatureTag } from "../support/peers/content.js";
import type { Stage } from "./stage.js";

/** An image in the registry, and what must become of it. */
export interface Scenario {
  readonly image: string;
  /** What was done to it. */
  readonly story: string;
  readonly code: string;
  /** Puts it there as `NAMESPACE/image:1`. */
  publish(stage: Stage, repository: string): Promise<unknown>;
}

/** Other scenarios begin from the first. */
export const SCENARIOS: readonly Scenario[] = [
  {
    image: "app",
    story: "signed with the team's key",
    code: "accepted",
    publish: (stage, repository) => publishSigned(stage, repository, "team"),
  },
  {
    image: "unsigned",
    story: "not signed",
    code: "no-signature",
    publish: (stage, repository) => publishUnsigned(stage, repository),
  },
  {
    image: "wrong-key",
    story: "signed with a stranger's key",
    code: "signature-invalid",
    publish: (stage, repository) => publishSigned(stage, repository, "stranger"),
  },
  {
    image: "swapped",
    story: "signed, then replaced under its tag, the old signature put beside it",
    code: "payload-digest-mismatch",
    publish: publishSwapped,
  },
  {
    image: "copied",
    story: "app and its signature, copied to another repository",
    code: "identity-mismatch",
    publish: publishCopied,
  },
];

async function publishUnsigned({ registry }: Stage, repository: string): Promise<string> {
  const image = makeImage({ seed: repository });
  await pushOverHttp(registry, repository, image, "1");
  return image.digest;
}

async function publishSigned(stage: Stage, repository: string, signer: "team" | "stranger"): Promise<string> {
  const digest = await publishUnsigned(stage, repository);
  await stage.sign(signer, repository, digest);
  return digest;
}

/** Whoever may write to the registry can do this: containerd resolves the tag to the attacker's digest. */
async function publishSwapped(stage: Stage, repository: string): Promise<void> {
  const signed = await publishSigned(stage, repository, "team");
  const attack = makeImage({ seed: "attack" });
  await pushOverHttp(stage.registry, repository, attack, "1");
  const [from, to] = [signed, attack.digest].map((digest) => ({
    repository,
    reference: signatureTag(digest),
  }));
  if (from && to) await copyOverHttp(stage.registry, from, to);
}

async function publishCopied({ registry }: Stage, repository: string): Promise<void> {
  const original = `${NAMESPACE}/app`;
  const { digest } = makeImage({ seed: original });
  for (const [from, to] of [
    ["1", "1"],
    [signatureTag(digest), signatureTag(digest)],
  ] as const) {
    const copy = { repository, reference: to };
    await copyOverHttp(registry, { repository: original, reference: from }, copy);
  }
}
