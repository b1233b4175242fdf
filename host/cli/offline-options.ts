import { type LayoutName, parseLayoutName } from "../layout/layout-name.js";
import { ImageError } from "../oci/image-error.js";
import { LayoutCopy } from "../offline/layout-copy.js";
import type { Given, OptionTable } from "./command.js";
import { UsageError } from "./usage-error.js";

export const OFFLINE_OPTIONS = {
  source: {
    type: "string",
    value: "LAYOUT",
    help: "judge the image in LAYOUT as NAME, without a network: oci:DIR[:TAG], oci-archive:FILE or docker-archive:FILE",
  },
  signatures: {
    type: "string",
    value: "LAYOUT",
    help: "with --source: also look for signatures in LAYOUT: oci:DIR or oci-archive:FILE",
  },
  "copy-to": {
    type: "string",
    value: "DIR",
    help: "with --source: if the image is allowed, write to DIR, as a layout, exactly the bytes that were checked",
  },
} as const;

/** An image that is to be judged in a layout. */
export interface OfflineWish {
  readonly source: LayoutName;
  readonly signatures: LayoutName | null;
  readonly copy: LayoutCopy | null;
}

/** Null where a registry is to be asked. Throws `UsageError`. */
export async function offlineWish(
  values: Given<typeof OFFLINE_OPTIONS>["values"],
  names: readonly string[],
  useless: OptionTable,
): Promise<OfflineWish | null> {
  const { source, signatures, "copy-to": copyTo } = values;
  if (source === undefined) {
    for (const [option, value] of Object.entries({ signatures, "copy-to": copyTo })) {
      if (value !== undefined) throw new UsageError(`--${option} needs --source`);
    }
    return null;
  }
  if (names.length > 1) throw new UsageError("--source takes exactly one NAME");
  const given = Object.keys(useless).find((option) => Object.hasOwn(values, option));
  if (given !== undefined)
    throw new UsageError(`--${given} cannot be combined with --source: no registry is asked`);
  return {
    source: layoutOption("source", source),
    signatures: signatures === undefined ? null : signatureLayout(signatures),
    copy: copyTo === undefined ? null : await copyOption(copyTo),
  };
}

function signatureLayout(text: string): LayoutName {
  const name = layoutOption("signatures", text);
  if (name.tag !== null) throw new UsageError("--signatures takes no tag: the whole layout is searched");
  return name;
}

function layoutOption(option: string, text: string): LayoutName {
  try {
    const name = parseLayoutName(text);
    if (name !== null) return name;
  } catch (error) {
    if (error instanceof ImageError) throw new UsageError(`--${option}: ${error.message}`);
    throw error;
  }
  throw new UsageError(
    `--${option}: ${JSON.stringify(text)} is none of oci:DIR[:TAG], oci-archive:FILE, docker-archive:FILE`,
  );
}

async function copyOption(path: string): Promise<LayoutCopy> {
  try {
    return await LayoutCopy.prepare(path);
  } catch (error) {
    if (error instanceof ImageError) throw new UsageError(`--copy-to: ${error.message}`);
    throw error;
  }
}
