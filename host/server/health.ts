import { status as grpcStatus, type ServerWritableStream } from "@grpc/grpc-js";
import type { PolicyState } from "../service/policy-file.js";
import { VerifierServiceClient } from "./generated/countersign/v1/verifier.js";
import {
  type HealthCheckRequest,
  type HealthCheckResponse,
  type HealthServer,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from "./generated/grpc/health/v1/health.js";

/** The services it answers for: the server as a whole, and the verifier. */
const SERVICES: ReadonlySet<string> = new Set(["", VerifierServiceClient.serviceName]);

type Watcher = ServerWritableStream<HealthCheckRequest, HealthCheckResponse>;

/**
 * gRPC health checking (https://github.com/grpc/grpc/blob/master/doc/health-checking.md): serving means that a policy
 * is in force; without one every image is denied.
 */
export class Health {
  readonly #policy: () => PolicyState;
  readonly #watchers = new Set<Watcher>();
  #isDraining = false;

  constructor(policy: () => PolicyState) {
    this.#policy = policy;
  }

  service(): HealthServer {
    return {
      check: (call, respond) => {
        if (SERVICES.has(call.request.service)) respond(null, { status: this.#status() });
        else respond({ code: grpcStatus.NOT_FOUND, details: "unknown service" });
      },
      watch: (call) => this.#watch(call),
    };
  }

  /** Tells every watcher how things stand now. */
  changed(): void {
    for (const watcher of this.#watchers) watcher.write({ status: this.#status() });
  }

  /** Tells every watcher that service ends, and ends their streams: a stream that stays open would hold up a drain. */
  drain(): void {
    this.#isDraining = true;
    for (const watcher of this.#watchers) {
      watcher.write({ status: ServingStatus.NOT_SERVING });
      watcher.end();
    }
    this.#watchers.clear();
  }

  #watch(call: Watcher): void {
    const isKnown = SERVICES.has(call.request.service);
    call.write({ status: isKnown ? this.#status() : ServingStatus.SERVICE_UNKNOWN });
    if (this.#isDraining) {
      call.end();
      return;
    }
    this.#watchers.add(call);
    call.once("cancelled", () => this.#watchers.delete(call));
  }

  #status(): ServingStatus {
    const isServing = !this.#isDraining && this.#policy().kind === "loaded";
    return isServing ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
  }
}
