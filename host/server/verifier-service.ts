import type { handleUnaryCall, ServerUnaryCall } from "@grpc/grpc-js";
import type { Image } from "#component/types";
import { NameRefused } from "../core/core.js";
import type { Log } from "../service/log.js";
import type { PolicyState } from "../service/policy-file.js";
import type { PolicySource } from "../service/policy-in-force.js";
import type { RecentRecords } from "../service/recent-records.js";
import type { Verifier } from "../service/verifier.js";
import type {
  ExplainRequest,
  ExplainResponse,
  GetPolicyRequest,
  GetPolicyResponse,
  ListJudgementsRequest,
  ListJudgementsResponse,
  VerifierServiceServer,
  VerifyImageRequest,
  VerifyImageResponse,
} from "./generated/countersign/v1/verifier.js";
import {
  explanationMessage,
  explanationRefused,
  faultMessage,
  pastJudgement,
  policyMessage,
  policyMissing,
  verdictMessage,
} from "./messages.js";
import { findFault, imageOf, NAME_LIMIT } from "./request.js";

/** How long before its caller's deadline the daemon has to decide, so that the answer still arrives. */
const ANSWER_MARGIN_MS = 500;

/** What the service answers from. */
export interface VerifierServiceParts {
  readonly verifier: Pick<Verifier, "verify" | "refuse">;
  readonly policy: PolicySource;
  /** Milliseconds a judgement may take at most; a caller's own deadline shortens it. */
  readonly deadlineMs: number;
  readonly coreDigest: string;
  readonly recent: Pick<RecentRecords, "on">;
  readonly log: Log;
}

/**
 * The daemon's gRPC service. Every answer has status OK with its verdict in band, a fault included: the plugin must be
 * able to tell a person why, and nothing of an exception leaves the process.
 */
export function verifierService(parts: VerifierServiceParts): VerifierServiceServer {
  const { policy, coreDigest, recent, log } = parts;
  return {
    verifyImage: unary(log, (call) => verifyImage(parts, call), faultMessage),
    explain: unary(
      log,
      async ({ request }) => explain(policy.state, request),
      () => explanationRefused("core-fault", "the core failed on this name: see the daemon's log"),
    ),
    getPolicy: unary<GetPolicyRequest, GetPolicyResponse>(
      log,
      async () => policyMessage(policy, coreDigest),
      () => policyMissing("core-fault", "the daemon failed: see its log", coreDigest),
    ),
    listJudgements: unary<ListJudgementsRequest, ListJudgementsResponse>(
      log,
      async ({ request }) => ({ judgements: recent.on(request.name).map(pastJudgement) }),
      () => ({ judgements: [] }),
    ),
  };
}

async function verifyImage(
  { verifier, deadlineMs }: VerifierServiceParts,
  call: ServerUnaryCall<VerifyImageRequest, VerifyImageResponse>,
): Promise<VerifyImageResponse> {
  const { request } = call;
  const image = imageOf(request);
  const fault = findFault(request);
  if (fault) return verdictMessage(request, verifier.refuse(image, "request-malformed", fault));

  let forget = () => {};
  const callerMs = Number(call.getDeadline()) - Date.now() - ANSWER_MARGIN_MS;
  const verdict = await verifier.verify(image, {
    deadlineMs: Math.max(0, Math.min(deadlineMs, callerMs)),
    // Created only if something has to be waited for, which is not the case for known verdicts.
    get signal() {
      const abandoned = new AbortController();
      const abandon = () => abandoned.abort();
      call.once("cancelled", abandon);
      forget = () => call.off("cancelled", abandon);
      return abandoned.signal;
    },
  });
  // gRPC reports every call that has ended as cancelled, and aborting for nobody costs as much as all the rest.
  forget();
  return verdictMessage(request, verdict);
}

function explain(state: PolicyState, { name }: ExplainRequest): ExplainResponse {
  if (state.kind !== "loaded") return explanationRefused(state.code, state.reason);
  if (Buffer.byteLength(name) > NAME_LIMIT) {
    return explanationRefused("request-malformed", `the name is longer than ${NAME_LIMIT} bytes`);
  }
  const image: Image = {
    transport: "docker",
    name,
    mode: "user",
    digest: "",
    descriptor: new Uint8Array(),
  };
  try {
    return explanationMessage(state.core.explain(image));
  } catch (error) {
    if (error instanceof NameRefused) return explanationRefused(error.code, error.reason);
    throw error;
  }
}

/** A handler that always answers: an exception is logged, and the caller gets `onFault` instead. */
function unary<Request, Response>(
  log: Log,
  answer: (call: ServerUnaryCall<Request, Response>) => Promise<Response>,
  onFault: (request: Request) => Response,
): handleUnaryCall<Request, Response> {
  return async (call, respond) => {
    let response: Response;
    try {
      response = await answer(call);
    } catch (error) {
      log.error("a request failed", { method: call.getPath(), error: String(error) });
      response = onFault(call.request);
    }
    respond(null, response);
  };
}
