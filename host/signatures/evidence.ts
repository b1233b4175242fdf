import type { Evidence, Request } from "#component/types";
import type { Fetched } from "../registry/client.js";
import { RegistryError } from "../registry/error.js";

/**
 * What a fetch tells the core: the bytes, that there is no such thing, or that nobody could be asked. These are three
 * different things. Only a registry's failure is evidence; a bug of ours is thrown on.
 */
export async function asEvidence(
  request: Request,
  fetching: Promise<Fetched | readonly Fetched[] | null>,
): Promise<readonly Evidence[]> {
  const { kind, reference } = request;
  try {
    const fetched = [(await fetching) ?? []].flat();
    if (fetched.length === 0) return [{ tag: "absent", val: { kind, reference } }];
    return fetched.map(({ bytes, mediaType, origin }) => ({
      tag: "item",
      val: { kind, reference, mediaType, annotations: [], bytes, origin },
    }));
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    return [{ tag: "unavailable", val: { kind, reference, code: error.code, detail: error.detail } }];
  }
}
