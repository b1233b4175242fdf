import { Denial } from "../plugin/denial.js";
import type { Transport } from "../registry/transport.js";
import { binDirFindings } from "./bin-dir.js";
import { canaryFindings } from "./canary.js";
import { clockFinding } from "./clock.js";
import { bypassFindings } from "./containerd/bypasses.js";
import { CallFailed, ContainerdClient } from "./containerd/client.js";
import { type Configuration, ConfigurationError, readConfiguration } from "./containerd/configuration.js";
import { DaemonClient, policyFindings, policyRemarks, reachable, unreachable } from "./daemon.js";
import { error, type Finding, ok, warning } from "./finding.js";
import { hostsFindings } from "./hosts.js";
import { type AskedImage, imageFinding } from "./image.js";

export interface Examination {
  /** containerd's socket. */
  readonly containerd: string;
  /** containerd's configuration file, for when the daemon's own cannot be had. */
  readonly configuration: string;
  /** Our daemon's socket, and who has to own it. */
  readonly socket: string;
  readonly owner: number;
  readonly hostsDir: string;
  readonly transport: Transport;
  readonly image: AskedImage | null;
  /** Whether containerd is asked to pull an image that proves whether it asks. */
  readonly canary: boolean;
}

/** The first containerd whose CRI asks verifiers. */
const FIRST_VERSION = [2, 1] as const;

/** Everything between a pull and a verdict, in the order in which it matters. */
export async function* examine(examination: Examination): AsyncGenerator<Finding> {
  const containerd = new ContainerdClient(examination.containerd);
  const daemon = daemonClient(examination);
  try {
    const running = await runningContainerd(containerd, examination.containerd);
    yield* running.findings;
    yield* await configurationFindings(examination, running.processId);
    const answers = yield* daemonFindings(daemon, examination.socket);
    let date: number | null = null;
    if (examination.image !== null) {
      const asked = await imageFinding(examination.transport, examination.image);
      ({ date } = asked);
      yield asked.finding;
    }
    yield clockFinding(Date.now(), date);
    const canPull = running.processId !== null && answers && daemon instanceof DaemonClient;
    if (examination.canary && canPull) yield* await canaryFindings(containerd, daemon);
    else if (examination.canary) yield* notReleased();
  } finally {
    containerd.close();
    if (daemon instanceof DaemonClient) daemon.close();
  }
}

async function runningContainerd(
  containerd: ContainerdClient,
  address: string,
): Promise<{ findings: Finding[]; processId: number | null }> {
  try {
    const [version, processId] = [await containerd.version(), await containerd.processId()];
    return { findings: [ok("containerd-daemon", `${address} answers`), versionFinding(version)], processId };
  } catch (failure) {
    if (!(failure instanceof CallFailed)) throw failure;
    const finding = error(
      "containerd-daemon",
      `no containerd answers on ${address}: ${failure.message}`,
      "nothing can be proved without it",
      "start it, run doctor as root, or give --containerd SOCKET",
    );
    return { findings: [finding], processId: null };
  }
}

function versionFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  const [wantedMajor, wantedMinor] = FIRST_VERSION;
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) {
    return ok("containerd-version", `containerd ${version}`);
  }
  return error(
    "containerd-version",
    `containerd ${version}`,
    major < wantedMajor
      ? "it has no verifiers"
      : "its CRI does not ask verifiers: kubelet pulls what it likes",
    "use containerd 2.1 or later",
  );
}

async function configurationFindings(examination: Examination, processId: number | null): Promise<Finding[]> {
  let configuration: Configuration;
  try {
    configuration = await readConfiguration(examination.configuration, processId);
  } catch (failure) {
    if (!(failure instanceof ConfigurationError)) throw failure;
    return [
      error(
        "containerd-configuration",
        failure.message,
        "whether containerd asks verifiers cannot be read",
        "give --containerd-config FILE, or run doctor as root",
      ),
    ];
  }
  return [
    ok("containerd-configuration", `read from ${configuration.from}`),
    ...bypassFindings(configuration),
    ...(await binDirFindings(configuration)),
    ...(await hostsFindings(configuration, examination.hostsDir)),
  ];
}

function daemonClient({ socket, owner }: Examination): DaemonClient | Denial {
  try {
    return new DaemonClient(socket, owner);
  } catch (error) {
    if (error instanceof Denial) return error;
    throw error;
  }
}

/** Returns whether it answers. */
async function* daemonFindings(
  daemon: DaemonClient | Denial,
  socket: string,
): AsyncGenerator<Finding, boolean> {
  try {
    if (daemon instanceof Denial) throw daemon;
    const policy = await daemon.policy();
    yield reachable(socket);
    yield* policyFindings(policy);
    yield* policyRemarks(policy);
    return true;
  } catch (failure) {
    if (!(failure instanceof Denial)) throw failure;
    yield unreachable(failure);
    return false;
  }
}

function notReleased(): Finding[] {
  return (["canary-transfer", "canary-cri"] as const).map((id) =>
    warning(
      id,
      "cannot prove: containerd and the daemon have to answer",
      "whether verifiers are asked was not tried",
      "fix the findings above, and run doctor again",
    ),
  );
}
