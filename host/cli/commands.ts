import type { Command } from "./command.js";

/** A command by its words. It is loaded when it is used: the HTTP client and gRPC take longer to load than to use. */
export interface CommandRow {
  readonly words: string;
  readonly summary: string;
  load(): Promise<{ default: Command }>;
}

export const COMMANDS: readonly CommandRow[] = [
  {
    words: "verify",
    summary: "Judge images by the policy, without the daemon",
    load: () => import("./verify.js"),
  },
  { words: "serve", summary: "Answer the plugin on a Unix socket", load: () => import("./serve.js") },
  {
    words: "status",
    summary: "Show which policy the daemon has in force",
    load: () => import("./status.js"),
  },
  {
    words: "install",
    summary: "Set up a node: plugin, systemd units and folders",
    load: () => import("./install.js"),
  },
  {
    words: "uninstall",
    summary: "Remove the plugin and the systemd units",
    load: () => import("./uninstall.js"),
  },
  {
    words: "doctor",
    summary: "Prove that containerd asks before it pulls",
    load: () => import("./doctor.js"),
  },
  {
    words: "policy check",
    summary: "Report what is wrong with a policy",
    load: () => import("./policy-check.js"),
  },
  {
    words: "policy explain",
    summary: "Show which scope of the policy applies to an image, and why",
    load: () => import("./policy-explain.js"),
  },
  {
    words: "policy digest",
    summary: "Print the digest of a policy",
    load: () => import("./policy-digest.js"),
  },
  {
    words: "plugin install",
    summary: "Make containerd ask the daemon",
    load: () => import("./plugin-install.js"),
  },
  {
    words: "plugin uninstall",
    summary: "Make containerd stop asking",
    load: () => import("./plugin-uninstall.js"),
  },
  {
    words: "plugin status",
    summary: "Show whether containerd would get an answer",
    load: () => import("./plugin-status.js"),
  },
  {
    words: "sign-image",
    summary: "Copy an image, sign it, and check that it is accepted",
    load: () => import("./sign-image.js"),
  },
  {
    words: "generate-key-pair",
    summary: "Generate a signing key, in cosign's format",
    load: () => import("./generate-key-pair.js"),
  },
  {
    words: "import-key",
    summary: "Convert an existing private key to cosign's format",
    load: () => import("./import-key.js"),
  },
  {
    words: "public-key",
    summary: "Print the public key of a private key",
    load: () => import("./public-key.js"),
  },
];
