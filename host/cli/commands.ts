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
    summary: "Judge images by the policy, without a daemon",
    load: () => import("./verify.js"),
  },
  { words: "serve", summary: "Answer the plugin on a Unix socket", load: () => import("./serve.js") },
  {
    words: "status",
    summary: "Say which policy the daemon has in force",
    load: () => import("./status.js"),
  },
  {
    words: "install",
    summary: "Make a node ask: plugin, units and folders",
    load: () => import("./install.js"),
  },
  {
    words: "uninstall",
    summary: "Take all of it away again",
    load: () => import("./uninstall.js"),
  },
  {
    words: "doctor",
    summary: "Prove that containerd asks before it pulls",
    load: () => import("./doctor.js"),
  },
  {
    words: "policy check",
    summary: "Say what is wrong with a policy",
    load: () => import("./policy-check.js"),
  },
  {
    words: "policy explain",
    summary: "Say what applies to an image, and why",
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
    summary: "Say whether containerd would be answered",
    load: () => import("./plugin-status.js"),
  },
  {
    words: "sign-image",
    summary: "Copy an image, sign it, and see that it is accepted",
    load: () => import("./sign-image.js"),
  },
  {
    words: "generate-key-pair",
    summary: "Make a key to sign with, as cosign does",
    load: () => import("./generate-key-pair.js"),
  },
  {
    words: "import-key",
    summary: "Make a key that you have into one of cosign's",
    load: () => import("./import-key.js"),
  },
  {
    words: "public-key",
    summary: "Print the public key of a private one",
    load: () => import("./public-key.js"),
  },
];
