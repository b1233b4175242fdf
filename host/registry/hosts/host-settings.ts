/** Where containerd 2 looks unless told (`config_path`). */
export const CONTAINERD_HOSTS = "/etc/containerd/certs.d:/etc/docker/certs.d";

/** What a host may be asked for, hosts.toml's `capabilities`. Pushing is not ours to do through mirrors. */
export type Capability = "pull" | "resolve" | "push";

export const ALL_CAPABILITIES: readonly Capability[] = ["pull", "resolve", "push"];

/** One host of a registry as its folder has it, files not read yet. */
export interface HostSettings {
  /** Scheme, host and port; null for the registry itself, at its usual place. */
  readonly url: URL | null;
  /** The path of its API, without a slash at the end: `/v2`. */
  readonly apiRoot: string;
  readonly capabilities: readonly Capability[];
  /** PEM files, added to the system's authorities; null where none are named. */
  readonly caFiles: readonly string[] | null;
  /** Certificate and key, by file; the key may stand in the certificate's. */
  readonly clientFiles: readonly { readonly certificate: string; readonly key: string }[];
  /** null: not said. */
  readonly skipVerify: boolean | null;
  /** Values by name; for this host only. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly dialTimeoutMs: number | null;
}

/** The settings of a registry that has none. */
export const USUAL_PLACE: HostSettings = {
  url: null,
  apiRoot: "/v2",
  capabilities: ALL_CAPABILITIES,
  caFiles: null,
  clientFiles: [],
  skipVerify: null,
  headers: {},
  dialTimeoutMs: null,
};

/** A registry's settings that cannot be used: the file, and what is wrong with it. */
export class HostsError extends Error {
  override readonly name = "HostsError";
}
