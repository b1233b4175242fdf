import { resolve } from "node:path";
import { setFlagsFromString } from "node:v8";

import { DEFAULT_SOCKET } from "../plugin/run.js";
import { takeActivatedSocket } from "../server/activation.js";
import { type Daemon, type DaemonOptions, SocketRefused, startDaemon } from "../server/daemon.js";
import { type AuditFile, type AuditSink, allSinks, auditToStream } from "../service/audit.js";
import { jsonLog, type Log } from "../service/log.js";
import { DAEMON_POLICY_PATHS, findPolicy, type PolicyState } from "../service/policy-file.js";
import { PolicyInForce, type PolicyInForceOptions, UnexpectedPolicy } from "../service/policy-in-force.js";
import { watchPolicy } from "../service/policy-watch.js";
import { RecentRecords } from "../service/recent-records.js";
import { Verifier } from "../service/verifier.js";
import { ATTACHMENT_OPTIONS, attachments } from "./attachment-options.js";
import { auditFile } from "./audit-file.js";
import { CACHE_OPTIONS, verdictAges, withBlobCache } from "./cache-options.js";
import { command } from "./command.js";
import { EXIT } from "./exit-code.js";
import {
  assertExpectedCore,
  expectedPolicy,
  MEASUREMENT_OPTIONS,
  measurement as measurementBy,
} from "./measurement-options.js";
import { METRICS_OPTIONS, startMetrics } from "./metrics-options.js";
import { print } from "./output.js";
import { REGISTRY_OPTIONS, registrySource } from "./registry-options.js";
import { UsageError } from "./usage-error.js";

/** A judgement takes at most 8.5 s; nobody waits for one longer than containerd's 10 s. */
const DRAIN_MS = 10_000;

export default command({
  description: `Prints one line on standard output when it is ready, and logs JSON lines to standard error. Without a policy, or with a
broken one, it still serves, and denies every image. A changed policy or key file takes effect soon after (at once on
SIGHUP, which also reopens --audit-log); if it is broken, the old one stays in force. On SIGTERM or SIGINT the daemon
finishes the requests in progress and exits.`,
  options: {
    policy: {
      type: "string",
      value: "FILE",
      help: `the policy (default: ${DAEMON_POLICY_PATHS.join(", else ")})`,
    },
    socket: { type: "string", value: "PATH", help: `Unix socket to answer on (default: ${DEFAULT_SOCKET})` },
    ...REGISTRY_OPTIONS,
    ...ATTACHMENT_OPTIONS,
    ...MEASUREMENT_OPTIONS,
    ...CACHE_OPTIONS,
    ...METRICS_OPTIONS,
    "audit-log": {
      type: "string",
      value: "FILE",
      help: `write one JSON line per verdict there; "-" is standard output (default: standard error)`,
    },
  },
  async run({ values }) {
    keepHeapSmall();
    const activated = takeActivatedSocket();
    assertExpectedCore(values);
    const log = jsonLog();
    const measurement = measurementBy(values, log);
    const cache = verdictAges(values);
    const recent = new RecentRecords();
    const { metrics, ...told } = await startMetrics(values, { recent, log });
    const records = auditLog(values["audit-log"]);
    const audit = allSinks(records, recent, metrics);
    const registries = await registrySource(values, (line) => log.info(line));
    const fetched = metrics.counting("fetched", registries);
    const source = metrics.counting("asked", await withBlobCache(values, fetched, log));
    const gate = attachments(values);
    const policy = await policyInForce({
      location: findPolicy(values.policy, DAEMON_POLICY_PATHS),
      expectedDigest: expectedPolicy(values),
      measurement,
      log,
    });
    metrics.observe(policy);
    process.on("SIGHUP", () => {
      policy.reload();
      if ("reopen" in records) reopen(records, log);
    });
    const verifier = new Verifier({
      policy: () => policy.state,
      source,
      audit,
      log,
      attachments: gate,
      measurement,
      cache,
    });

    const stopped = stopSignal();
    const socket = resolve(values.socket ?? DEFAULT_SOCKET);
    const daemon = await started({ socket, activated, verifier, policy, recent, log });
    print(`listening on ${daemon.socket}, ${inForce(policy.state)}\n`);

    told.watchEnforcement();
    const endWatch = watchPolicy(policy);
    log.info("draining", { signal: await stopped });
    endWatch();
    await daemon.drain(DRAIN_MS);
    await told.stop();
    await source.close();
    return EXIT.ok;
  },
});

/**
 * On a machine with much memory, V8 lets a daemon's heap grow to three times its live size before it collects. This
 * makes it collect after growth by a third; V8 reads the flag at each collection.
 */
function keepHeapSmall(): void {
  setFlagsFromString("--heap-growing-percent=30");
}

function auditLog(file: string | undefined): AuditSink | AuditFile {
  if (file === undefined) return auditToStream(process.stderr);
  return file === "-" ? auditToStream(process.stdout) : auditFile(file);
}

function reopen(records: AuditFile, log: Log): void {
  try {
    records.reopen();
  } catch (error) {
    log.error("the audit log cannot be reopened; the old file stays open", { error: String(error) });
  }
}

async function policyInForce(options: PolicyInForceOptions): Promise<PolicyInForce> {
  try {
    return await PolicyInForce.start(options);
  } catch (error) {
    if (error instanceof UnexpectedPolicy) throw new UsageError(error.message);
    throw error;
  }
}

async function started(options: DaemonOptions): Promise<Daemon> {
  try {
    return await startDaemon(options);
  } catch (error) {
    if (error instanceof SocketRefused) throw new UsageError(error.message);
    throw error;
  }
}

function inForce(state: PolicyState): string {
  return state.kind === "loaded"
    ? `policy ${state.core.summary.digest}`
    : `${state.code}: every image is denied`;
}

/** Resolves to the first signal to stop. A second one ends the process as it would have without us. */
function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, resolve);
  });
}
