import { resolve } from "node:path";
import { isTag } from "../oci/names.js";
import type { Identity } from "../signing/identity.js";
import type { ImageName, RegistryName } from "../signing/image-name.js";
import { imageName } from "./image-name.js";
import { UsageError } from "./usage-error.js";

/** What is to be signed, where to, and as what: all that the command line says about it. */
export interface SigningPlan {
  readonly source: ImageName;
  readonly target: ImageName;
  /** The tag the image has, or is to have, at the target; null: none. */
  readonly tag: string | null;
  readonly identity: Identity;
}

/** Reads SOURCE, TARGET and `--sign-identity`. Throws `UsageError`. */
export function planSigning(sourceText: string, targetText: string, signIdentity?: string): SigningPlan {
  const source = imageName("SOURCE", sourceText);
  const target = imageName("TARGET", targetText);
  if (target.kind === "layout" && target.transport !== "oci")
    throw new UsageError(`TARGET: ${target.transport}: can be read only: name a registry or an oci:DIR:TAG`);
  if (target.kind === "registry" && target.digest !== null)
    throw new UsageError("TARGET must not have a digest: SOURCE determines it");
  const tag = target.tag ?? tagOf(source);
  if (target.kind === "layout" && tag === null && !isSameFolder(source, target))
    throw new UsageError("TARGET needs a tag, as in oci:DIR:TAG: SOURCE has none to use");
  const identity = signIdentity === undefined ? identityOf(source, target, tag) : readIdentity(signIdentity);
  return { source, target, tag, identity };
}

/** The tag in SOURCE, if it is also valid in a registry. */
export function tagOf(source: ImageName): string | null {
  if (source.kind === "registry") return source.digest === null ? (source.tag ?? "latest") : null;
  const [last = ""] = source.tag?.split(":").slice(-1) ?? [];
  return isTag(last) ? last : null;
}

function isSameFolder(source: ImageName, target: ImageName): boolean {
  const isLayout = source.kind === "layout" && source.transport === "oci" && target.kind === "layout";
  return isLayout && resolve(source.path) === resolve(target.path);
}

function identityOf(source: ImageName, target: ImageName, tag: string | null): Identity {
  if (target.kind === "registry") return { repository: repositoryOf(target), tag };
  const named = [target, source].map(fullNameOf).find((name) => name !== null);
  if (named !== undefined) return { repository: repositoryOf(named), tag: tagOf(named) };
  throw new UsageError("--sign-identity NAME is needed: a layout does not say what the image is called");
}

/** The name of an image: its name in a registry, or the tag in a layout if that is such a name with its host. */
function fullNameOf(name: ImageName): RegistryName | null {
  if (name.kind === "registry") return name;
  const text = name.tag ?? "";
  if (!/^(?:localhost|[^/]*[.:][^/]*)\//.test(text)) return null;
  const named = imageName("the tag", text);
  return named.kind === "registry" ? named : null;
}

function readIdentity(text: string): Identity {
  const name = imageName("--sign-identity", text);
  if (name.kind === "registry" && name.digest === null)
    return { repository: repositoryOf(name), tag: name.tag };
  throw new UsageError("--sign-identity is the name of an image in a registry, without a digest");
}

function repositoryOf({ registry, repository }: RegistryName): string {
  return `${registry}/${repository}`;
}
