import { CONTAINERD_HOSTS } from "../registry/hosts/host-settings.js";

/** Named as kubelet's own, for those of its providers. */
export const CREDENTIAL_OPTIONS = {
  "auth-file": {
    type: "string",
    value: "[HOST=]FILE",
    multiple: true,
    help: "credentials, tried before those of kubelet, podman (auth.json) and Docker",
  },
  "image-credential-provider-config": {
    type: "string",
    value: "FILE",
    help: "kubelet's credential providers, tried before its config.json",
  },
  "image-credential-provider-bin-dir": {
    type: "string",
    value: "DIR",
    help: "folder with the programs of those providers",
  },
} as const;

/** A table by itself: the code behind the options takes longer to load. */
export const REGISTRY_OPTIONS = {
  "hosts-dir": {
    type: "string",
    value: "DIR[:DIR…]",
    help: `folders with hosts.toml: containerd's config_path (default: ${CONTAINERD_HOSTS})`,
  },
  "plain-http": {
    type: "string",
    value: "HOST[:PORT]",
    multiple: true,
    help: "a registry to ask over http, as registries on this machine are",
  },
  ...CREDENTIAL_OPTIONS,
  "signature-repository": {
    type: "string",
    value: "REPO",
    help: "where signatures are, if not beside the image",
  },
  "token-realm": {
    type: "string",
    value: "HOST[:PORT]",
    multiple: true,
    help: "a token service on another host that may get a registry's credentials",
  },
} as const;
