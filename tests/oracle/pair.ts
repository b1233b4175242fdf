// Pairs of a policy and an image, from a seed: the same seed, the same pairs.
import fc from "fast-check";
import { describeImage, type ImageRecipe, imageRecipe } from "./image.js";
import { describePolicy, type PolicyRecipe, policyRecipe } from "./policy.js";

/** An image is judged by so many policies: making one takes longer than judging it. */
const POLICIES_PER_IMAGE = 5;

export interface AskedPolicy {
  /** How the image is named in the question. */
  readonly by: "tag" | "digest";
  readonly policy: PolicyRecipe;
}

/** An image with the policies it is judged by. */
export interface Judged {
  readonly image: ImageRecipe;
  readonly asked: readonly AskedPolicy[];
}

/** `pairs` of them, images in the order of their numbers. */
export function pairsFrom(seed: number, pairs: number): Judged[] {
  const asked = fc.record({ by: fc.constantFrom("tag" as const, "digest" as const), policy: policyRecipe });
  const judged = fc.record({
    image: imageRecipe,
    asked: fc.array(asked, { minLength: POLICIES_PER_IMAGE, maxLength: POLICIES_PER_IMAGE }),
  });
  const all = fc.sample(judged, { seed, numRuns: Math.ceil(pairs / POLICIES_PER_IMAGE) });
  const surplus = all.length * POLICIES_PER_IMAGE - pairs;
  return all.map(({ image, asked }, i) => ({
    image,
    asked: i === all.length - 1 ? asked.slice(0, POLICIES_PER_IMAGE - surplus) : asked,
  }));
}

/** One pair, for people. */
export function describePair(image: ImageRecipe, { by, policy }: AskedPolicy): string {
  return `[${describeImage(image)}] by ${by} | ${describePolicy(policy)}`;
}
