// doctor on a real containerd: each option that makes it pull past verifiers, set for real, has to be found, and the canary
// has to come back as it ought to.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, type TestContext, test } from "node:test";

import type { Finding, FindingId, Severity } from "../../host/doctor/finding.js";
import { countersign } from "../support/countersign/cli.js";
import { startDaemon } from "../support/countersign/daemon.js";
import { GuardedContainerd } from "../support/countersign/guarded-containerd.js";
import { makeImage, pushImage } from "../support/image.js";
import { Parts } from "../support/parts.js";
import { findPeers, type Peers } from "../support/peers/peers.js";
import type { RunningProcess } from "../support/process.js";
import { startRegistry } from "../support/registry/registry.js";

const peers = findPeers();
const skip = "unavailable" in peers ? peers.unavailable : false;

const REJECT = { default: [{ type: "reject" }] };
const ACCEPT = { default: [{ type: "insecureAcceptAnything" }] };

interface Examined {
  readonly status: number;
  readonly findings: readonly Finding[];
  of(id: FindingId): Finding;
}

interface NodeOptions {
  readonly edit?: (configuration: string) => string;
  /** Another policy, and so a daemon of its own. */
  readonly policy?: unknown;
  /** Done before doctor is called. */
  readonly before?: (folder: string, daemon: RunningProcess | null) => Promise<void>;
  readonly args?: readonly string[];
}

/** The daemon that rejects everything, for all nodes that need no other. */
let rejecting: { readonly socket: string; stop(): Promise<void> };

/** A containerd made for one examination. */
async function examined(t: TestContext, options: NodeOptions = {}): Promise<Examined> {
  const { policy, edit, before, args = [] } = options;
  return await Parts.gather(async (parts) => {
    t.after(() => parts.stop());
    const { folder } = parts;
    const own = policy === undefined ? null : await daemonFor(folder, policy);
    if (own !== null) parts.add(own);
    const { socket } = own ?? rejecting;
    const setting = { folder, socket, plainHttp: [], ...(edit && { edit }) };
    parts.add(await GuardedContainerd.start(peers as Peers, setting));
    await before?.(folder, own?.daemon ?? null);
    const where = ["--containerd", join(folder, "containerd.sock"), "--socket", socket];
    const { status, stdout, stderr } = await countersign("doctor", "--json", ...where, ...args);
    assert.equal(stderr, "");
    const { findings } = JSON.parse(stdout) as Pick<Examined, "findings">;
    return { status, findings, of: (id) => one(findings, id) };
  });
}

async function daemonFor(folder: string, policy: unknown, options: readonly string[] = []) {
  const socket = join(folder, "verifier.sock");
  const file = join(folder, "policy.json");
  await writeFile(file, JSON.stringify(policy));
  const daemon = await startDaemon(file, socket, options);
  return { socket, daemon, stop: () => daemon.stop() };
}

function one(findings: readonly Finding[], id: FindingId): Finding {
  const found = findings.find((finding) => finding.id === id);
  assert.ok(found, `no finding ${id} in ${JSON.stringify(findings, null, 1)}`);
  return found;
}

function withSeverity(findings: readonly Finding[], severity: Severity): FindingId[] {
  return findings.filter((finding) => finding.severity === severity).map(({ id }) => id);
}

describe("doctor", { concurrency: 4 }, () => {
  let folder: string;
  before(async () => {
    if ("unavailable" in peers) return;
    folder = await mkdtemp(join(tmpdir(), "countersign-doctor-"));
    rejecting = await daemonFor(folder, REJECT);
  });
  after(async () => {
    await rejecting?.stop();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  test("a node in order: the canary proves it, by both ways", { skip }, async (t) => {
    const { status, findings, of } = await examined(t);
    assert.deepEqual(withSeverity(findings, "error"), []);
    assert.equal(status, 0);
    for (const id of ["canary-transfer", "canary-cri"] as const) {
      assert.match(of(id).what, /^proved: .* refused with rejected-by-policy$/);
    }
  });

  const BYPASSES: readonly [id: FindingId, edit: (configuration: string) => string][] = [
    ["bypass-use-local-image-pull", set("use_local_image_pull = false", "use_local_image_pull = true")],
    ["bypass-disable-snapshot-annotations", add("disable_snapshot_annotations = false")],
    ["bypass-discard-unpacked-layers", add("discard_unpacked_layers = true")],
    ["bypass-max-concurrent-downloads", add("max_concurrent_downloads = 5")],
    ["bypass-image-pull-with-sync-fs", add("image_pull_with_sync_fs = true")],
    ["bypass-registry-mirrors", registry("mirrors.'r.test'", 'endpoint = ["https://m.test"]')],
    ["bypass-registry-configs", registry("configs.'r.test'.tls", "insecure_skip_verify = true")],
    ["bypass-registry-auths", registry("auths.'https://r.test'", 'username = "u"')],
  ];
  for (const [id, edit] of BYPASSES) {
    test(`${id} is found, and the canary comes back unseen`, { skip }, async (t) => {
      const { status, findings, of } = await examined(t, { edit });
      assert.equal(status, 1);
      assert.deepEqual(withSeverity(findings, "error"), [id, "canary-cri"]);
      assert.match(of("canary-cri").what, /without asking the daemon about it/);
      assert.match(of("canary-transfer").what, /^proved/);
    });
  }

  test("a bin_dir without the plugin accepts everything, and the canaries prove it", { skip }, async (t) => {
    const before = (folder: string) => rm(join(folder, "bin/00-countersign"));
    const { status, findings } = await examined(t, { before });
    assert.equal(status, 1);
    assert.deepEqual(withSeverity(findings, "error"), ["plugin", "canary-transfer", "canary-cri"]);
  });

  test("a file in bin_dir that cannot be executed stops every pull, and proves nothing", {
    skip,
  }, async (t) => {
    const before = (folder: string) => writeFile(join(folder, "bin/README"), "", { mode: 0o644 });
    const { findings, of } = await examined(t, { before });
    assert.deepEqual(withSeverity(findings, "error"), ["bin-dir-entries"]);
    assert.match(of("bin-dir-entries").what, /README is not an executable file$/);
  });

  test("verifiers beyond max_verifiers are skipped", { skip }, async (t) => {
    const edit = set("max_verifiers = 10", "max_verifiers = 0");
    const { findings } = await examined(t, { edit });
    assert.deepEqual(withSeverity(findings, "error"), ["max-verifiers", "canary-transfer", "canary-cri"]);
  });

  test("a disabled verifier plugin", { skip }, async (t) => {
    const edit = set(
      "disabled_plugins = [",
      "disabled_plugins = ['io.containerd.image-verifier.v1.bindir', ",
    );
    const { findings } = await examined(t, { edit });
    assert.deepEqual(withSeverity(findings, "error"), ["verifier-disabled"]);
  });

  test("a verifier with too little time", { skip }, async (t) => {
    const edit = set("per_verifier_timeout = '10s'", "per_verifier_timeout = '2s'");
    const { of } = await examined(t, { edit, args: ["--no-canary"] });
    assert.equal(of("verifier-timeout").severity, "warning");
  });

  test("where the policy accepts this machine's images, it cannot prove, and leaves nothing behind", {
    skip,
  }, async (t) => {
    const { findings, of } = await examined(t, { policy: ACCEPT });
    assert.deepEqual(withSeverity(findings, "error"), []);
    for (const id of ["canary-transfer", "canary-cri"] as const) {
      assert.match(of(id).what, /^cannot prove: the policy accepts images of 127\.0\.0\.1/);
      assert.match(of(id).what, /it is removed again$/);
    }
  });

  test("no daemon: every image is denied, and the canary is not sent", { skip }, async (t) => {
    const { status, findings, of } = await examined(t, {
      policy: REJECT,
      before: async (_, daemon) => daemon?.stop(),
    });
    assert.equal(status, 1);
    assert.deepEqual(withSeverity(findings, "error"), ["daemon"]);
    assert.match(of("canary-cri").what, /^cannot prove/);
  });

  test("no policy in force", { skip }, async (t) => {
    const { findings } = await examined(t, { policy: { default: [] } });
    assert.deepEqual(withSeverity(findings, "error"), ["policy"]);
  });

  test("the daemon sends canaries by itself, and its metrics say what became of them", {
    skip,
  }, async (t) => {
    await Parts.gather(async (parts) => {
      t.after(() => parts.stop());
      const containerd = ["--containerd", join(parts.folder, "containerd.sock"), "--canary-interval", "1"];
      const options = ["--metrics-listen", "127.0.0.1:0", ...containerd];
      const { daemon, socket } = parts.add(await daemonFor(parts.folder, REJECT, options));
      const plainHttp: string[] = [];
      parts.add(await GuardedContainerd.start(peers as Peers, { folder: parts.folder, socket, plainHttp }));
      const [, address] = /"address":"([^"]+)"/.exec(daemon.output) ?? [];
      const scrape = async () => await (await fetch(`http://${address}/metrics`)).text();
      await daemon.until("no canary came back", async () => {
        const metrics = await scrape();
        return ["cri", "transfer"].every((path) =>
          metrics.includes(`countersign_enforcing{path="${path}"} 1\n`),
        );
      });
    });
  });

  test("an image's registry is tried, and its clock compared", { skip }, async (t) => {
    const server = await startRegistry();
    t.after(() => server.close());
    pushImage(server, "a/b", makeImage(), "1");
    const good = await examined(t, { args: ["--no-canary", "--image", `${server.host}/a/b:1`] });
    assert.equal(good.of("image").severity, "ok");
    assert.equal(good.of("clock").severity, "ok");
    const bad = await examined(t, { args: ["--no-canary", "--image", `${server.host}/a/b:2`] });
    assert.equal(bad.of("image").severity, "error");
  });
});

test("doctor without a containerd reads the file it is given, with its imports", async (t) => {
  await Parts.gather(async (parts) => {
    t.after(() => parts.stop());
    const { folder } = parts;
    const file = join(folder, "config.toml");
    await writeFile(file, `version = 3\nimports = ["more-*.toml"]\n`);
    const section = "[plugins.'io.containerd.cri.v1.images']\ndiscard_unpacked_layers = true\n";
    await writeFile(join(folder, "more-1.toml"), section);
    const socket = join(folder, "none.sock");
    const where = ["--containerd", socket, "--socket", socket, "--containerd-config", file];
    const { status, stdout } = await countersign("doctor", "--json", ...where);
    assert.equal(status, 1);
    const { findings } = JSON.parse(stdout);
    const errors = withSeverity(findings, "error");
    for (const id of ["containerd-daemon", "bypass-discard-unpacked-layers", "daemon"] as const) {
      assert.ok(errors.includes(id), `${id} in ${errors}`);
    }
    assert.ok(!errors.includes("bypass-use-local-image-pull"));
    assert.equal(
      one(findings, "containerd-daemon").what,
      `no containerd answers on ${socket}: connect ENOENT`,
    );
  });
});

function set(from: string, to: string): (configuration: string) => string {
  return (configuration) => {
    assert.ok(configuration.includes(from), from);
    return configuration.replace(from, to);
  };
}

/** Adds a member to CRI's images. */
function add(line: string): (configuration: string) => string {
  return set("use_local_image_pull = false\n", `use_local_image_pull = false\n  ${line}\n`);
}

/** Adds a table of the registries that CRI had before hosts.toml, which does not go with config_path. */
function registry(table: string, line: string): (configuration: string) => string {
  return (configuration) =>
    `${configuration.replace(/ *config_path = .*\n/, "")}\n[plugins.'io.containerd.cri.v1.images'.registry.${table}]\n${line}\n`;
}
