import { Attachments } from "../service/attachments.js";
import { RegistriesDInvalid } from "../service/registries-d.js";
import type { Given } from "./command.js";
import { UsageError } from "./usage-error.js";

export const ATTACHMENT_OPTIONS = {
  "registries-d": {
    type: "string",
    value: "DIR",
    help: "look for signatures only where use-sigstore-attachments is on, as podman does (default: always look)",
  },
} as const;

/** Undefined where signatures are always looked for. Throws `UsageError`. */
export function attachments(values: Given<typeof ATTACHMENT_OPTIONS>["values"]): Attachments | undefined {
  const folder = values["registries-d"];
  if (folder === undefined) return undefined;
  try {
    return new Attachments(folder);
  } catch (error) {
    if (error instanceof RegistriesDInvalid) throw new UsageError(`--registries-d: ${error.message}`);
    throw error;
  }
}
