import type { Request } from "#component/types";
import { isDigest } from "../oci/digest.js";
import { IMAGE_MANIFESTS } from "../oci/media-types.js";
import { RegistryClient } from "../registry/client.js";
import { RegistryError } from "../registry/error.js";
import { pullScope } from "../registry/scope.js";
import type { Transport } from "../registry/transport.js";
import { RegistrySource } from "../sources/registry-source.js";
import { error, type Finding, ok } from "./finding.js";

/** An image in a registry. */
export interface AskedImage {
  readonly registry: string;
  readonly repository: string;
  /** A tag or a digest. */
  readonly reference: string;
}

const TIMEOUT_MS = 8_500;
const MAX_BYTES = 4 * 1024 * 1024;

/** Whether an image can be asked for as the daemon would, and the registry's clock in milliseconds. */
export async function imageFinding(
  transport: Transport,
  { registry, repository, reference }: AskedImage,
): Promise<{ finding: Finding; date: number | null }> {
  const name = `${registry}/${repository}${isDigest(reference) ? "@" : ":"}${reference}`;
  const source = new RegistrySource(new RegistryClient(transport));
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const request: Request = {
    kind: "manifest",
    registry,
    repository,
    reference,
    mediaTypes: [...IMAGE_MANIFESTS],
    maxBytes: MAX_BYTES,
  };
  const [answer] = await source.fetch(request, signal);
  if (answer?.tag === "item") {
    const date = await dateOf(transport, { registry, repository, reference });
    return { finding: ok("image", `${answer.val.origin} can be asked for${byWayOf(transport)}`), date };
  }
  const what =
    answer?.tag === "unavailable" ? `${answer.val.code}: ${answer.val.detail}` : "there is no such image";
  const finding = error(
    "image",
    `${name}: ${what}${byWayOf(transport)}`,
    "without its manifest and signatures an image is denied",
    "see docs/registries.md: hosts, certificates, credentials and proxies",
  );
  return { finding, date: null };
}

/** Of doctor's own environment, which the daemon ought to have, too. */
function byWayOf(transport: Transport): string {
  return transport
    .proxied()
    .map((proxied) => `; ${proxied}`)
    .join("");
}

async function dateOf(
  transport: Transport,
  { registry, repository, reference }: AskedImage,
): Promise<number | null> {
  const target = `/v2/${repository}/manifests/${reference}`;
  const scopes = [pullScope(repository)];
  const call = { method: "HEAD", target, scopes, signal: AbortSignal.timeout(TIMEOUT_MS) } as const;
  try {
    return await transport.send({ registry, repository }, call, async ({ headers, body }) => {
      body.resume();
      const date = Date.parse(String(headers["date"]));
      return Number.isNaN(date) ? null : date;
    });
  } catch (error) {
    if (error instanceof RegistryError) return null;
    throw error;
  }
}
