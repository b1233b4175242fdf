/** What the signatures call an image. */
export interface Identity {
  /** `REGISTRY/REPOSITORY` */
  readonly repository: string;
  readonly tag: string | null;
}

/** The names an image is signed as: the bare one is for policies that look at the repository alone. */
export function namesOf({ repository, tag }: Identity): readonly string[] {
  return tag === null ? [repository] : [repository, `${repository}:${tag}`];
}

/** The name it is pulled by. */
export function pulledName({ repository, tag }: Identity, digest: string): string {
  return tag === null ? `${repository}@${digest}` : `${repository}:${tag}`;
}
