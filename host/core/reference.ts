import type { Reference } from "#component/types";
import { NameRefused, PolicyCore } from "./core.js";

export type { Reference } from "#component/types";

let reader: PolicyCore | undefined;

/** An image's name as a person types it, read by the core. Throws `NameRefused`. */
export function readReference(name: string): Reference {
  reader ??= PolicyCore.load(Buffer.from('{"default":[{"type":"reject"}]}'), () => null);
  const image = {
    transport: "docker",
    name,
    mode: "user",
    digest: "",
    descriptor: new Uint8Array(),
  } as const;
  const { reference } = reader.explain(image);
  if (reference === undefined) throw new NameRefused({ code: "name-invalid", reason: "not an image name" });
  return reference;
}
