import type { Image } from "#component/types";

/** An image as a person names it: what the name resolves to is still to be found out. */
export function namedImage(name: string): Image {
  return { transport: "docker", name, mode: "user", digest: "", descriptor: new Uint8Array() };
}
