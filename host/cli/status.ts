import { resolve } from "node:path";

import { credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { Denial } from "../plugin/denial.js";
import { DEFAULT_SOCKET } from "../plugin/run.js";
import { assertTrustworthy } from "../plugin/socket.js";
import { connectionFailure } from "../server/connection-failure.js";
import {
  type GetPolicyResponse,
  VerifierServiceClient,
} from "../server/generated/countersign/v1/verifier.js";
import { command } from "./command.js";
import { EXIT } from "./exit-code.js";
import { failureJson } from "./failure-json.js";
import { note, print } from "./output.js";

const DEADLINE_MS = 5_000;

export default command({
  description: `Asks the daemon which policy is in force: its digest, the digest of the core that judges by it, its keys, and what a
careful operator would want to know. Exits with 0 if a policy is in force and it is the one in the policy's file, with 1
if none is or the file has changed and could not be put in force, and with 3 if no daemon answers.`,
  options: {
    socket: { type: "string", value: "PATH", help: `the daemon's socket (default: ${DEFAULT_SOCKET})` },
    json: { type: "boolean", help: "print one JSON object" },
  },
  async run({ values }) {
    const socket = resolve(values.socket ?? DEFAULT_SOCKET);
    try {
      assertTrustworthy(socket, process.getuid?.() ?? 0);
      const status = await getPolicy(socket);
      print(values.json ? `${JSON.stringify(status)}\n` : text(status));
      return status.loaded && status.reloadFailure === "" ? EXIT.ok : EXIT.denied;
    } catch (error) {
      if (!(error instanceof Denial)) throw error;
      if (values.json) print(failureJson(error));
      note(`${error.code}: ${error.message}`);
      return EXIT.undecided;
    }
  },
});

function getPolicy(socket: string): Promise<GetPolicyResponse> {
  const client = new VerifierServiceClient(`unix:${socket}`, credentials.createInsecure());
  return new Promise<GetPolicyResponse>((resolve, reject) => {
    client.getPolicy({}, new Metadata(), { deadline: Date.now() + DEADLINE_MS }, (error, response) =>
      error ? reject(unanswered(socket, error)) : resolve(response),
    );
  }).finally(() => client.close());
}

function unanswered(socket: string, error: ServiceError): Denial {
  const why = connectionFailure(error) ?? `gRPC status ${error.code}`;
  return new Denial("daemon-unreachable", `no daemon answers on ${socket}: ${why}`);
}

function text(status: GetPolicyResponse): string {
  const { loaded, code, reason, policyDigest, path, loadedAt, coreDigest, keys, findings } = status;
  const { reloadFailure, reloadFailedAt } = status;
  const lines = loaded
    ? [`policy  ${policyDigest}`, `from    ${path}, since ${loadedAt}`]
    : [`policy  none, every image is denied: ${code}: ${reason}`];
  lines.push(`core    ${coreDigest}`);
  if (reloadFailure !== "") lines.push(`FAIL    not in force since ${reloadFailedAt}: ${reloadFailure}`);
  for (const key of keys) {
    const what = key.problem === "" ? key.fingerprint : key.problem;
    lines.push(`key     ${what}  ${key.path}${key.file && ` ${key.file}`}`);
  }
  for (const { severity, id, line, column, path: place, message, advice } of findings)
    lines.push(
      `${severity.padEnd(8)}${path}:${line}:${column}: ${place}: ${message} [${id}]${advice && `; ${advice}`}`,
    );
  return lines.map((line) => `${line}\n`).join("");
}
