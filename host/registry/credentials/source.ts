/** Credentials for a registry, or for its token service. */
export type Credentials =
  | { readonly username: string; readonly password: string }
  /** An OAuth2 refresh token, exchanged at the token service. */
  | { readonly identityToken: string }
  /** A bearer token for the registry itself. */
  | { readonly registryToken: string };

export interface CredentialSource {
  /**
   * The credentials for a repository of a registry (as named in images), null if there are none. Throws a
   * `CredentialError` when there should be some that cannot be read.
   */
  lookup(registry: string, repository: string): Promise<Credentials | null>;
}

/** A credential file that cannot be used: its path and what is wrong with it, never a word of its content. */
export class CredentialError extends Error {
  override readonly name = "CredentialError";
}

/** Called with one line for each thing an operator would want to know: which source answered, what was skipped. */
export type Report = (line: string) => void;

/** For registries that need no credentials. */
export const anonymous: CredentialSource = { lookup: async () => null };
