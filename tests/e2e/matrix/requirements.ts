import type { Scenario } from "./scenario.js";

/** The policy's key files: those of the signers, one of a kind that cannot be used, and one that is not there. */
export type KeyName = "team" | "stranger" | "unusable" | "missing";

/** A requirement of containers-policy.json(5), once it is known where keys are. */
export type Requirement = (fileOf: (key: KeyName) => string) => object;

export const reject: Requirement = () => ({ type: "reject" });
export const anything: Requirement = () => ({ type: "insecureAcceptAnything" });

/** By one of these keys, under the repository's own name. */
export const signedBy =
  (...keys: readonly KeyName[]): Requirement =>
  (fileOf) => ({ ...sigstoreSigned(keys, fileOf), signedIdentity: { type: "matchRepository" } });

/** By the team, under a name that is judged as containers-policy.json(5) does unless told. */
export const signedByDefault: Requirement = (fileOf) => sigstoreSigned(["team"], fileOf);

function sigstoreSigned(keys: readonly KeyName[], fileOf: (key: KeyName) => string): object {
  const [file, ...more] = keys.map(fileOf);
  return {
    type: "sigstoreSigned",
    ...(more.length === 0 ? { keyPath: file } : { keyPaths: [file, ...more] }),
  };
}

/** One policy for all scenarios, each under a scope of its own; what has none is rejected. */
export function policyOf(
  scenarios: readonly (Scenario & { readonly registry: string; readonly repository: string })[],
  fileOf: (key: KeyName) => string,
): string {
  const scopes: Record<string, object[]> = {};
  for (const { registry, repository, scope = repository, policy = [signedBy("team")] } of scenarios) {
    if (policy !== null) scopes[`${registry}/${scope}`] = policy.map((requirement) => requirement(fileOf));
  }
  return JSON.stringify({ default: [{ type: "reject" }], transports: { docker: scopes } });
}
