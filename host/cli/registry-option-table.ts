import { CONTAINERD_HOSTS } from "../registry/hosts/host-settings.js";

/** Named as kubelet's own, for those of its providers. */
export const CREDENTIAL_OPTIONS = {
  "auth-file": {
    type: "string",
    value: "[HOST=]FILE",
    multiple: true,
    help: "credentials, before those of kubelet, containers' auth.json and Docker",
  },
  "image-credential-provider-config": {
    type: "string",
    value: "FILE",
    help: "kubelet's credential providers, to be asked before its config.json",
  },
  "image-credential-provider-bin-dir": {
    type: "string",
    value: "DIR",
    help: "where their programs are",
  },
} as const;

/** A table by itself: what the options need takes longer to load. */
export const REGISTRY_OPTIONS = {
  "hosts-dir": {
    type: "string",
    value: "DIR[:DIR…]",
    help: `hosts.toml files: containerd's config_path (${CONTAINERD_HOSTS})`,
  },
  "plain-http": {
    type: "string",
    value: "HOST[:PORT]",
    multiple: true,
    help: "a registry that is asked over http, as those on this machine are",
  },
  ...CREDENTIAL_OPTIONS,
  "signature-repository": {
    type: "string",
    value: "REPO",
    help: "where signatures are, if not beside their image",
  },
  "token-realm": {
    type: "string",
    value: "HOST[:PORT]",
    multiple: true,
    help: "a token service elsewhere that may be given a registry's credentials",
  },
} as const;
