import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

import { type Client, credentials, Metadata } from "@grpc/grpc-js";
import { type Daemon, type DaemonOptions, startDaemon } from "../../../host/server/daemon.js";
import {
  VerifierServiceClient,
  type VerifyImageRequest,
  type VerifyImageResponse,
} from "../../../host/server/generated/countersign/v1/verifier.js";
import type { LoadedCore, PolicyState } from "../../../host/service/policy-file.js";
import { Verifier } from "../../../host/service/verifier.js";
import type { Source } from "../../../host/sources/source.js";
import { AuditDouble, LogDouble } from "../service/audit-double.js";
import { DIGEST, imageNamed, loaded } from "../service/core-double.js";
import { SourceDouble } from "../service/source-double.js";

interface Parts {
  core?: LoadedCore;
  state?: PolicyState;
  source?: Source;
  options?: Partial<DaemonOptions>;
}

export interface DaemonUnderTest {
  readonly daemon: Daemon;
  readonly audit: AuditDouble;
  readonly log: LogDouble;
}

/** A real daemon on a socket of its own, with doubles behind it; drained when the test ends. */
export async function daemonUnderTest(t: TestContext, parts: Parts = {}): Promise<DaemonUnderTest> {
  const { core, state = loaded(core), source = new SourceDouble(), options } = parts;
  const audit = new AuditDouble();
  const log = new LogDouble();
  const verifier = new Verifier({ policy: () => state, source, audit, log });
  const policy = { state, failure: null, onChange: () => {} };
  const socket = join(temporaryFolder(t), "verifier.sock");
  const daemon = await startDaemon({ socket, verifier, policy, log, ...options });
  t.after(() => daemon.drain(0));
  return { daemon, audit, log };
}

export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "countersign-daemon-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function verifierClient(t: TestContext, { socket }: Daemon): VerifierServiceClient {
  return closing(t, new VerifierServiceClient(`unix:${socket}`, credentials.createInsecure()));
}

export function closing<T extends Client>(t: TestContext, client: T): T {
  t.after(() => client.close());
  return client;
}

/** What the plugin sends. */
export function verifyRequest(request: Partial<VerifyImageRequest> = {}): VerifyImageRequest {
  const { name, descriptor } = imageNamed();
  return {
    name,
    digest: DIGEST,
    descriptorMediaType: "application/vnd.oci.descriptor.v1+json",
    descriptor: Buffer.from(descriptor),
    nonce: Buffer.alloc(16, 7),
    ...request,
  };
}

/** One call, as a promise. */
export function verifyImage(
  client: VerifierServiceClient,
  request = verifyRequest(),
  deadline = Date.now() + 10_000,
): Promise<VerifyImageResponse> {
  return new Promise((resolve, reject) => {
    const settle = (error: Error | null, response: VerifyImageResponse) =>
      error ? reject(error) : resolve(response);
    client.verifyImage(request, new Metadata(), { deadline }, settle);
  });
}
