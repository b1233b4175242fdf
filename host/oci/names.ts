/**
 * The syntax of what goes into a registry URL. The core has parsed these names already; they are held against
 * the grammar again where they become a path, so that no mistake elsewhere can become `../`.
 * Source: the OCI distribution specification, "Pulling manifests", and distribution/reference for the host.
 */

const REGISTRY =
  /^(?:[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*(?:\.[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*)*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/;
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const MAX_NAME = 255;

/** Whether the text is a host with an optional port, as at the front of an image name. */
export function isRegistry(text: string): boolean {
  return text.length <= MAX_NAME && REGISTRY.test(text);
}

/** Whether the text is a repository's path below its registry. */
export function isRepository(text: string): boolean {
  return text.length <= MAX_NAME && REPOSITORY.test(text);
}

export function isTag(text: string): boolean {
  return TAG.test(text);
}
