import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { MAIN } from "../../support/countersign/cli.js";
import type { Peers } from "../../support/peers/peers.js";
import { authority } from "../../support/registry/tls.js";
import { INTERNET, REGISTRIES } from "./registries.js";
import { STAND_INS } from "./stand-ins.js";

const CHECKOUT = fileURLToPath(new URL("../../../..", import.meta.url));
const HOME = "/home/operator";
const NAMESPACES = ["--mount", "--net", "--pid", "--fork", "--kill-child"];
/** What sets it up, and what documents take for granted. */
const PROGRAMS = ["bash", "unshare", "ip", "curl", "jq", "xargs"];
/** How long one command may take, in milliseconds. */
const PATIENCE = 60_000;
/** What the shell writes when a command has ended, around its exit status. */
const MARK = "\u001e";

/** The real one, in a root of its own suite. */
const PODMAN = `#!/bin/sh
export PODMAN_IGNORE_CGROUPSV1_WARNING=1
exec unshare --root=/world/podman --wd="$PWD" /usr/bin/podman "$@"
`;

export interface WorldOptions {
  readonly peers: Peers;
  /** An empty one, for everything that the world is made of. */
  readonly folder: string;
  /** What is in the registry, in the layout of docker-registry; each world changes a copy. */
  readonly registry: string;
  /** Files in the operator's home folder, by name. */
  readonly home: Readonly<Record<string, string>>;
}

/** Why there can be no world here; false if there can. */
export function worldUnavailable(): string | false {
  for (const program of PROGRAMS) {
    if (spawnSync("which", [program]).status !== 0) return `there is no ${program}(1)`;
  }
  const overlay = `mount --make-rprivate / && mount -t tmpfs tmpfs /tmp && mkdir /tmp/upper /tmp/work /tmp/root &&
    mount -t overlay overlay -o lowerdir=/,upperdir=/tmp/upper,workdir=/tmp/work /tmp/root && ip link set lo up`;
  const { status, stderr } = spawnSync("unshare", [...NAMESPACES, "bash", "-c", overlay]);
  return status === 0 ? false : `a machine of its own cannot be made here: ${stderr.toString().trim()}`;
}

export interface Ran {
  readonly status: number;
  /** Both streams, in the order written. */
  readonly output: string;
}

/**
 * A machine of its own for the commands of a document, in Linux namespaces: the whole file system, of which every change is
 * forgotten; a network in which there are but the registries of the documents; processes that end with it. So they run as they are
 * written, with every path and name in them. A shell in it runs them one after the other.
 */
export class World {
  readonly #shell: ChildProcessWithoutNullStreams;
  readonly #exchange: string;
  #answer = "";
  #complaint = "";
  #status = 0;

  private constructor(shell: ChildProcessWithoutNullStreams, exchange: string) {
    this.#shell = shell;
    this.#exchange = exchange;
    shell.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.#answer += text;
    });
    shell.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#complaint += text;
    });
    // That it has ended is seen where it is waited for.
    shell.stdin.on("error", () => {});
  }

  static async start(options: WorldOptions): Promise<World> {
    const exchange = join(options.folder, "exchange");
    await mkdir(exchange);
    await writeFile(join(options.folder, "setup.sh"), await setUp(options, exchange));
    const shell = spawn("unshare", [...NAMESPACES, "bash", join(options.folder, "setup.sh")]);
    await once(shell, "spawn");
    const world = new World(shell, exchange);
    await world.run(`cd ${HOME} && until curl -sf https://ghcr.io/v2/; do sleep 0.02; done`);
    return world;
  }

  /** Runs a command in the world's shell; `$?` is at first that of the one before. One that does not end is the world's last. */
  async run(command: string): Promise<Ran> {
    const [file, output] = [join(this.#exchange, "command"), join(this.#exchange, "output")];
    await writeFile(file, `(exit ${this.#status})\n${command}\n`);
    this.#answer = "";
    this.#shell.stdin.write(
      `source /world/exchange/command >/world/exchange/output 2>&1 </dev/null; printf '${MARK}%s${MARK}' $?\n`,
    );
    const deadline = Date.now() + PATIENCE;
    let ended: RegExpExecArray | null = null;
    while (ended === null) {
      if (Date.now() > deadline) await this.stop();
      if (this.#isOver) throw new Error(`${command}: does not end\n${this.#complaint}`);
      await new Promise((resolve) => setTimeout(resolve, 3));
      ended = new RegExp(`${MARK}(\\d+)${MARK}`).exec(this.#answer);
    }
    this.#status = Number(ended[1]);
    return { status: this.#status, output: await readFile(output, "utf8") };
  }

  async stop(): Promise<void> {
    if (this.#isOver) return;
    const ended = once(this.#shell, "exit");
    this.#shell.kill("SIGKILL");
    await ended;
  }

  get #isOver(): boolean {
    return this.#shell.exitCode !== null || this.#shell.signalCode !== null;
  }
}

/** The script that makes the world out of nothing and ends as its shell. */
async function setUp({ peers, folder, registry, home }: WorldOptions, exchange: string): Promise<string> {
  const at = (name: string) => join(folder, name);
  await mkdir(at("home"));
  for (const [name, content] of Object.entries(home)) await writeFile(join(at("home"), name), content);
  const { certificate, key } = await certify(at("authority.pem"));
  await writeFile(at("registry.pem"), certificate);
  await writeFile(at("registry.key"), key);
  await writeFile(at("registry.yml"), registryConfiguration());
  await writeFile(at("hosts"), `127.0.0.1 localhost\n${INTERNET} ${REGISTRIES.join(" ")}\n`);
  await mkdir(at("bin"));
  const standIns = Object.entries(STAND_INS).map(([name, { script }]) => [name, script] as const);
  for (const [name, script] of [
    ...standIns,
    ...Object.entries(programs(peers)),
    ["podman", PODMAN],
  ] as const) {
    await writeFile(join(at("bin"), name), script);
    await chmod(join(at("bin"), name), 0o755);
  }
  return `set -e
mount --make-rprivate /
from=${folder}
at=$from/world
mkdir $at
mount -t tmpfs tmpfs $at
mkdir $at/upper $at/work $at/root
mount -t overlay overlay -o lowerdir=/,upperdir=$at/upper,workdir=$at/work $at/root
root=$at/root
mount -t proc proc $root/proc
mount --rbind /dev $root/dev
mount --rbind /sys $root/sys
# Not of the machine: what runs on it, whose credentials it has, what it knows of images.
for empty in run root home tmp etc/containerd etc/containers etc/docker etc/countersign opt srv data \
  var/lib/containerd var/lib/containers var/lib/docker var/lib/kubelet; do
  mkdir -p $root/$empty
  mount -t tmpfs -o mode=755 tmpfs $root/$empty
done
chmod 1777 $root/tmp
# What is needed of it, where that is in a folder of these or on a file system of its own.
while read -r file folder; do
  [ -e $root$file ] && continue
  mkdir -p $root$folder
  mount --bind $folder $root$folder
  mount -o remount,bind,ro $root$folder
done <<END
${MAIN} ${CHECKOUT}
${process.execPath} ${dirname(dirname(process.execPath))}
${peers.bin} ${dirname(peers.bin)}
END
mkdir -p $root/world/exchange $root${HOME} $root/var/lib/registry
mount --bind ${exchange} $root/world/exchange
mkdir $root/world/registry
mount --bind ${registry} $root/world/registry
cp -a $from/home/. $root${HOME}
cp -a ${registry}/. $root/var/lib/registry
cp $from/registry.pem $from/registry.key $from/registry.yml $root/etc/
cat $from/authority.pem >>$root/etc/ssl/certs/ca-certificates.crt
cp $from/hosts $root/etc/hosts
cp -a $from/bin $root/world/bin
# podman's root: its suite's programs and libraries, and the world's files.
podman=$root/world/podman
mkdir $podman $podman/usr
mount --bind ${join(dirname(peers.bin), "forky/usr")} $podman/usr
mount -o remount,bind,ro $podman/usr
for name in bin lib lib64 sbin; do ln -s usr/$name $podman/$name; done
for place in etc run var home tmp srv data proc dev sys; do
  mkdir $podman/$place
  mount --rbind $root/$place $podman/$place
done
ip link set lo up
ip addr add ${INTERNET}/32 dev lo
export PATH=/world/bin:${dirname(process.execPath)}:/usr/sbin:/usr/bin:/sbin:/bin
chroot $root env -i PATH=$PATH docker-registry serve /etc/registry.yml >$from/registry.log 2>&1 </dev/null &
exec chroot $root env -i PATH=$PATH HOME=${HOME} LANG=C.UTF-8 npm_config_prefix=/usr/local COSIGN_PASSWORD=secret bash --norc
`;
}

/** The certificate for all registries; writes that of its authority. */
async function certify(file: string) {
  const known = authority("registries of the documents");
  await writeFile(file, known.certificate);
  return known.server(REGISTRIES);
}

function registryConfiguration(): string {
  return `version: 0.1
log: {level: error}
storage: {filesystem: {rootdirectory: /var/lib/registry}}
http: {addr: '${INTERNET}:443', tls: {certificate: /etc/registry.pem, key: /etc/registry.key}}
`;
}

/** The real programs, by name. They find what belongs to them by the path they are called by. */
function programs({ bin }: Peers): Record<string, string> {
  const names = [
    ...["containerd", "ctr", "cosign", "crane", "skopeo", "docker-registry", "runc", "docker", "dockerd"],
  ];
  const paths = [...names.map((name) => [name, join(bin, name)]), ["countersign", `node ${MAIN}`]];
  return Object.fromEntries(paths.map(([name, path]) => [name, `#!/bin/sh\nexec ${path} "$@"\n`]));
}
