import { resolve } from "node:path";

import { CONTAINERD_SOCKET } from "../doctor/containerd/client.js";
import { DEFAULT_CONFIGURATION } from "../doctor/containerd/configuration.js";
import { examine } from "../doctor/examine.js";
import type { Finding, Severity } from "../doctor/finding.js";
import type { AskedImage } from "../doctor/image.js";
import { DEFAULT_SOCKET } from "../plugin/run.js";
import { CONTAINERD_HOSTS } from "../registry/hosts/host-settings.js";
import { command } from "./command.js";
import { EXIT } from "./exit-code.js";
import { imageName } from "./image-name.js";
import { note, print } from "./output.js";
import { REGISTRY_OPTIONS, registryTransport } from "./registry-options.js";
import { UsageError } from "./usage-error.js";

const LABELS: Readonly<Record<Severity, string>> = { ok: "ok     ", warning: "WARNING", error: "ERROR  " };

export default command({
  description: `Checks everything between a pull and a verdict: containerd's version and effective configuration, the settings that
make it silently skip verifiers, bin_dir and the plugin, the daemon, its policy and keys, hosts.toml, the clock, and,
with --image, a registry and the credentials for it. Then it proves that verifiers are asked: it has containerd pull,
through CRI and through the transfer service, an image that nobody has asked about from a registry on this machine, and
looks for the daemon's record of judging it.

For everything that is not in order it says what it is, why it matters and what to do. Exits with 0 if all is in order
(warnings are allowed, except with --strict), otherwise with 1. Run it as root.`,
  options: {
    containerd: {
      type: "string",
      value: "SOCKET",
      help: `containerd's socket (default: ${CONTAINERD_SOCKET})`,
    },
    "containerd-config": {
      type: "string",
      value: "FILE",
      help: `its configuration, if the running daemon's cannot be read (default: ${DEFAULT_CONFIGURATION})`,
    },
    socket: {
      type: "string",
      value: "PATH",
      help: `the countersign daemon's socket (default: ${DEFAULT_SOCKET})`,
    },
    image: {
      type: "string",
      value: "NAME",
      help: "an image whose registry and credentials are tried",
    },
    "no-canary": { type: "boolean", help: "do not have containerd pull anything" },
    strict: { type: "boolean", help: "also exit with 1 for warnings" },
    json: { type: "boolean", help: "print one JSON object" },
    ...REGISTRY_OPTIONS,
  },
  async run({ values }) {
    const transport = await registryTransport(values, values.json ? () => {} : note);
    const findings: Finding[] = [];
    const examination = {
      containerd: resolve(values.containerd ?? CONTAINERD_SOCKET),
      configuration: resolve(values["containerd-config"] ?? DEFAULT_CONFIGURATION),
      socket: resolve(values.socket ?? DEFAULT_SOCKET),
      owner: process.getuid?.() ?? 0,
      hostsDir: values["hosts-dir"] ?? CONTAINERD_HOSTS,
      transport,
      image: values.image === undefined ? null : askedImage(values.image),
      canary: !values["no-canary"],
    };
    for await (const finding of examine(examination)) {
      findings.push(finding);
      if (!values.json) print(text(finding));
    }
    await transport.close();
    const inOrder = findings.every(
      ({ severity }) => severity === "ok" || (severity === "warning" && !values.strict),
    );
    if (values.json) print(`${JSON.stringify({ ok: inOrder, findings })}\n`);
    return inOrder ? EXIT.ok : EXIT.denied;
  },
});

function text({ id, severity, what, why, advice }: Finding): string {
  const more = severity === "ok" ? "" : `         why: ${why}\n         do:  ${advice}\n`;
  return `${LABELS[severity]}  ${id}: ${what}\n${more}`;
}

function askedImage(text: string): AskedImage {
  const name = imageName("--image", text);
  if (name.kind !== "registry")
    throw new UsageError(`--image: ${JSON.stringify(text)} is not an image in a registry`);
  const { registry, repository, tag, digest } = name;
  return { registry, repository, reference: digest ?? tag ?? "latest" };
}
