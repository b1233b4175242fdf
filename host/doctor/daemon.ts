import { credentials, Metadata, type ServiceError } from "@grpc/grpc-js";

import { Denial } from "../plugin/denial.js";
import { assertTrustworthy } from "../plugin/socket.js";
import { connectionFailure } from "../server/connection-failure.js";
import {
  type GetPolicyResponse,
  type PastJudgement,
  VerifierServiceClient,
} from "../server/generated/countersign/v1/verifier.js";
import { error, type Finding, ok, warning } from "./finding.js";

const DEADLINE_MS = 5_000;

/** The daemon, as any client sees it. */
export class DaemonClient {
  readonly #client: VerifierServiceClient;

  /** Throws a `Denial` for a socket that the plugin would not trust. */
  constructor(socket: string, owner: number) {
    assertTrustworthy(socket, owner);
    this.#client = new VerifierServiceClient(`unix:${socket}`, credentials.createInsecure());
  }

  /** Rejects with a `Denial` where no daemon answers. */
  policy(): Promise<GetPolicyResponse> {
    return this.#answer((done) => this.#client.getPolicy({}, new Metadata(), deadline(), done));
  }

  /** What became of a name. */
  async judgements(name: string): Promise<readonly PastJudgement[]> {
    const { judgements } = await this.#answer<{ judgements: PastJudgement[] }>((done) =>
      this.#client.listJudgements({ name }, new Metadata(), deadline(), done),
    );
    return judgements;
  }

  close(): void {
    this.#client.close();
  }

  #answer<T>(ask: (done: (error: ServiceError | null, response: T) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      ask((error, response) => {
        if (error === null) resolve(response);
        else {
          const why = connectionFailure(error) ?? `gRPC status ${error.code}`;
          reject(new Denial("daemon-unreachable", `no daemon answers: ${why}`));
        }
      });
    });
  }
}

function deadline(): { deadline: number } {
  return { deadline: Date.now() + DEADLINE_MS };
}

/** Whether the daemon has a policy in force that says what its file says. */
export function policyFindings({
  loaded,
  code,
  reason,
  policyDigest,
  path,
  ...policy
}: GetPolicyResponse): Finding[] {
  if (!loaded) {
    return [
      error(
        "policy",
        `none is in force: ${code}: ${reason}`,
        "every image is denied",
        "run countersign policy check FILE",
      ),
    ];
  }
  const findings = [policyFinding(path, policyDigest, policy.reloadFailure)];
  const unusable = policy.keys.find(({ problem }) => problem !== "");
  if (unusable !== undefined) {
    const { path: place, file, problem } = unusable;
    const what = `${file || place} cannot be used: ${problem}`;
    findings.push(
      error("policy-keys", what, "images that need this key are denied", "put a usable public key there"),
    );
  } else {
    findings.push(ok("policy-keys", `all of its keys can be used: ${policy.keys.length}`));
  }
  return findings;
}

function policyFinding(path: string, digest: string, reloadFailure: string): Finding {
  if (reloadFailure === "") return ok("policy", `${path} is in force: ${digest}`);
  return error(
    "policy",
    `${path} is not what is in force: ${reloadFailure}`,
    "a policy that was in force before decides, and after a restart none may be",
    `run countersign policy check ${path}`,
  );
}

/** What the daemon itself reports about how it is reached. */
export function unreachable({ code, message }: Denial): Finding {
  return error(
    "daemon",
    `${code}: ${message}`,
    "the plugin denies every image as long as the daemon does not answer",
    "start it: countersign serve, or systemctl start countersign",
  );
}

export function reachable(socket: string): Finding {
  return ok("daemon", `${socket} answers`);
}

/** A warning if `policy check` has findings that an operator should see. */
export function policyRemarks({ findings, path }: GetPolicyResponse): Finding[] {
  const serious = findings.filter(({ severity }) => severity === "error" || severity === "warning");
  if (serious.length === 0) return [];
  return [
    warning(
      "policy",
      `policy check has findings on ${path}: ${serious.length}, the first: ${serious[0]?.message}`,
      "a scope may be open or closed that should not be",
      `run countersign policy check ${path}`,
    ),
  ];
}
