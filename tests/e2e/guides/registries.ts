/** What the documents pull from. */
export const REGISTRIES: readonly string[] = ["ghcr.io", "registry-1.docker.io", "registry.k8s.io"];

/**
 * Where they all are: one address of the world's own, which belongs to the internet, since a registry of a name of the internet is not
 * looked for on this machine (host/registry/address.ts). Nothing leaves the world.
 */
export const INTERNET = "140.82.112.33";
