/**
 * What /etc/containerd/config.toml must say for containerd 2.1 and later to ask the plugin, at CRI pulls too. Each of the
 * CRI settings, set otherwise, silently makes CRI pull past every verifier
 * (`CheckLocalImagePullConfigs` in containerd's internal/cri/config/config.go).
 */
export function containerdConfiguration(binDir: string): string {
  return `version = 3

[plugins.'io.containerd.image-verifier.v1.bindir']
  bin_dir = '${binDir}'
  max_verifiers = 10
  per_verifier_timeout = '10s'

[plugins.'io.containerd.cri.v1.images']
  use_local_image_pull = false
  disable_snapshot_annotations = true
  discard_unpacked_layers = false
  max_concurrent_downloads = 3
  image_pull_with_sync_fs = false
  [plugins.'io.containerd.cri.v1.images'.registry]
    config_path = '/etc/containerd/certs.d:/etc/docker/certs.d'

[plugins.'io.containerd.transfer.v1.local']
  max_concurrent_downloads = 3
`;
}
