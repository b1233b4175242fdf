import { error, type Finding, type FindingId, ok } from "../finding.js";
import type { Configuration } from "./configuration.js";

type Table = Readonly<Record<string, unknown>>;

interface Bypass {
  readonly id: FindingId;
  /** The member of `[plugins.'io.containerd.cri.v1.images']`. */
  readonly name: string;
  /** The harmless value, or absence, in words. */
  readonly harmless: string;
  isHarmless(images: Table): boolean;
}

const registryOf = (images: Table) => (images["registry"] ?? {}) as Table;
const isEmpty = (value: unknown) =>
  value === undefined || (typeof value === "object" && value !== null && Object.keys(value).length === 0);

/**
 * Settings that make CRI pull by itself and skip the transfer service and every verifier; the one warning in the log
 * does not say so. Source: `use_local_image_pull`, and containerd 2.1's `CheckLocalImagePullConfigs`
 * (internal/cri/config/config.go).
 */
const BYPASSES: readonly Bypass[] = [
  {
    id: "bypass-use-local-image-pull",
    name: "use_local_image_pull",
    harmless: "false",
    isHarmless: (images) => images["use_local_image_pull"] !== true,
  },
  {
    id: "bypass-disable-snapshot-annotations",
    name: "disable_snapshot_annotations",
    harmless: "true",
    isHarmless: (images) => images["disable_snapshot_annotations"] !== false,
  },
  {
    id: "bypass-discard-unpacked-layers",
    name: "discard_unpacked_layers",
    harmless: "false",
    isHarmless: (images) => images["discard_unpacked_layers"] !== true,
  },
  {
    id: "bypass-registry-mirrors",
    name: "registry.mirrors",
    harmless: "absent: mirrors go into hosts.toml below config_path",
    isHarmless: (images) => isEmpty(registryOf(images)["mirrors"]),
  },
  {
    id: "bypass-registry-configs",
    name: "registry.configs",
    harmless: "absent: certificates go into hosts.toml, passwords to kubelet",
    isHarmless: (images) => isEmpty(registryOf(images)["configs"]),
  },
  {
    id: "bypass-registry-auths",
    name: "registry.auths",
    harmless: "absent: passwords go to kubelet",
    isHarmless: (images) => isEmpty(registryOf(images)["auths"]),
  },
  {
    id: "bypass-max-concurrent-downloads",
    name: "max_concurrent_downloads",
    harmless: "3, and set in [plugins.'io.containerd.transfer.v1.local'] instead",
    isHarmless: (images) => [undefined, 3, 3n].includes(images["max_concurrent_downloads"] as number),
  },
  {
    id: "bypass-image-pull-with-sync-fs",
    name: "image_pull_with_sync_fs",
    harmless: "false",
    isHarmless: (images) => images["image_pull_with_sync_fs"] !== true,
  },
];

/** A finding for each setting that would let CRI skip verifiers; a single `ok` if none does. */
export function bypassFindings({ images, from }: Configuration): Finding[] {
  return BYPASSES.map(({ id, name, harmless, isHarmless }) =>
    isHarmless(images)
      ? ok(id, `${name} does not make CRI skip verifiers`)
      : error(
          id,
          `${name} makes CRI skip every verifier (${from})`,
          "kubelet's images are pulled without asking anybody, and containerd does not say so",
          `in [plugins.'io.containerd.cri.v1.images'], make ${name} ${harmless}; then restart containerd`,
        ),
  );
}
