/** A policy of so many scopes, with a hundred keys between them. */
export function policyOf(scopes: number): Buffer {
  const docker = Array.from(
    { length: scopes },
    (_, i) =>
      `"ghcr.io/automata/team-${i}":[{"type":"sigstoreSigned","keyPath":"/keys/team-${i % 100}.pub"}]`,
  );
  return Buffer.from(`{"default":[{"type":"reject"}],"transports":{"docker":{${docker.join()}}}}`);
}
