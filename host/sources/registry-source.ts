import type { Evidence, Request } from "#component/types";
import type { RegistryClient } from "../registry/client.js";
import { HostsInTurn, Unreachable } from "./hosts-in-turn.js";
import type { EvidencePlace, Source } from "./source.js";

/** Images in registries. Owns its client. */
export class RegistrySource implements Source {
  readonly #client: RegistryClient;
  readonly #unreachable = new Unreachable();

  constructor(client: RegistryClient) {
    this.#client = client;
  }

  begin(): EvidencePlace {
    return new HostsInTurn(this.#client, this.#unreachable);
  }

  fetch(request: Request, signal: AbortSignal): Promise<readonly Evidence[]> {
    return this.begin().fetch(request, signal);
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}
