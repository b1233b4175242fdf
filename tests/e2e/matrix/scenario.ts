import type { TestImage } from "../../support/image.js";
import type { Outcome } from "../outcome.js";
import type { Act } from "./acts.js";
import type { Requirement } from "./requirements.js";
import type { Door } from "./stage.js";

/** An image, what was put beside it, how it is pulled, and what has to become of that. */
export interface Scenario {
  /** What is told: the test's title, and its image's repository. */
  readonly story: string;
  /** Made from a seed; an image of one platform unless told. */
  readonly image?: (seed: string) => TestImage;
  /** What is done once the image is in the registry. */
  readonly beside?: readonly Act[];
  /** The registry it is pulled from: the one that is open to anybody, unless told. */
  readonly from?: Door;
  /** The policy's requirements for its repository: to be signed by the team, unless told; null: it says nothing of it. */
  readonly policy?: readonly Requirement[] | null;
  /** Where the requirements stand, below the registry: its repository, unless told. */
  readonly scope?: string;
  /** Its repository, where that is not the story. */
  readonly repository?: string;
  /** The name it is pulled by: with its tag, unless told. */
  readonly name?: (image: Named) => string;
  /** Where only one client makes sense. */
  readonly only?: "ctr" | "CRI";
  readonly outcome: Outcome;
}

/** An image in a registry. */
export interface Named {
  /** Host and repository. */
  readonly place: string;
  readonly repository: string;
  readonly digest: string;
}

export const byTag = ({ place }: Named): string => `${place}:1`;
export const byDigest = ({ place, digest }: Named): string => `${place}@${digest}`;
export const byTagAndDigest = ({ place, digest }: Named): string => `${place}:1@${digest}`;

/** `automata/what-is-told`. */
export function repositoryOf({ story, repository }: Scenario): string {
  const slug = story.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return repository ?? `automata/${slug.replace(/^-|-$/g, "")}`;
}
