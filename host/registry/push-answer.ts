import { readExplanation } from "./body.js";
import { RegistryError } from "./error.js";
import { type Answer, headerOf } from "./exchange.js";
import type { RepositoryAddress, Transport } from "./transport.js";

/** What stands for the failure of a write in a repository. */
export async function pushRefusal(
  transport: Transport,
  { registry, repository }: RepositoryAddress,
  answer: Answer,
): Promise<RegistryError> {
  const failure = await transport.failure(answer);
  if (failure.code !== "registry-unauthorized") return failure;
  return new RegistryError(failure.code, `no right to push to ${registry}/${repository}: ${failure.detail}`);
}

/** Uses up the answer to a write that succeeded; what the registry says it has must be what it was sent. */
export async function readStored(answer: Answer, digest: string): Promise<void> {
  await readExplanation(answer);
  assertDigest(answer, digest, "has stored other bytes than it was sent");
}

/** A registry need not say a digest; one that is said must be right. */
export function assertDigest(answer: Answer, digest: string, otherwise: string): void {
  const stated = headerOf(answer, "docker-content-digest");
  if (stated !== undefined && stated !== digest)
    throw new RegistryError("registry-protocol", `the registry ${otherwise}`);
}
