import { writeFile } from "node:fs/promises";

/** Below this in a registry, the policy asks for signatures; everything else it rejects. */
export const NAMESPACE = "automata";

/** Writes the policy of the README, for a registry (host and port) and a public key file. */
export async function writePolicy(file: string, registry: string, keyPath: string): Promise<void> {
  const requirement = { type: "sigstoreSigned", keyPath, signedIdentity: { type: "matchRepository" } };
  const policy = {
    default: [{ type: "reject" }],
    transports: { docker: { [`${registry}/${NAMESPACE}`]: [requirement] } },
  };
  await writeFile(file, JSON.stringify(policy, null, 1));
}

/** A policy for a whole node: what that key signed as something in that repository, wherever it is now. */
export function policySigned(keyPath: string, dockerRepository: string): string {
  const signedIdentity = { type: "exactRepository", dockerRepository };
  return JSON.stringify({ default: [{ type: "sigstoreSigned", keyPath, signedIdentity }] });
}
