import { NameRefused } from "../core/core.js";
import { ImageError } from "../oci/image-error.js";
import { type ImageName, parseImageName, type RegistryName } from "../signing/image-name.js";
import { UsageError } from "./usage-error.js";

/** `HOST/REPOSITORY` of an option. Throws `UsageError`. */
export function repositoryOption(option: string, text: string): RegistryName {
  const name = imageName(`--${option}`, text);
  if (name.kind === "registry" && name.tag === null && name.digest === null) return name;
  throw new UsageError(`--${option}: ${JSON.stringify(text)} is not HOST/REPOSITORY`);
}

/** An image's name, read by the core or as that of a layout; `what` it is the name of. Throws `UsageError`. */
export function imageName(what: string, text: string): ImageName {
  try {
    return parseImageName(text);
  } catch (error) {
    if (error instanceof NameRefused) throw new UsageError(`${what}: ${error.reason}`);
    if (error instanceof ImageError) throw new UsageError(`${what}: ${error.message}`);
    throw error;
  }
}
