// Which programs of others the end-to-end tests run beside ours, and where they come from: Debian suites newer
// than the machine's, each unpacked into a folder of its own. containerd, ctr, cosign, crane, docker and docker-registry are Go
// programs that need no more than glibc 2.34; skopeo and runc need newer libraries and are run through their suite's loader.
// podman executes itself, which the loader does not allow of: it runs with the suite's folder as its root (tests/e2e/guides).

/**
 * One entry per suite; `programs` are below usr/; `loader` names the packages that bring the loader and what `wrapped` programs
 * link to, and podman. `names`: what a package and its program are called here, where another suite has one of the same name.
 */
export const SUITES = [
  {
    suite: "forky",
    packages: [
      ...["containerd", "cosign", "crane", "docker-registry", "skopeo"],
      ...["docker.io", "docker-cli", "runc", "podman", "conmon", "netavark"],
    ],
    programs: [
      ...["bin/containerd", "bin/ctr", "bin/cosign", "bin/crane", "bin/docker-registry"],
      ...["bin/docker", "sbin/dockerd"],
    ],
    loader: [
      ...["libc6", "libgpgme45", "libassuan9", "libgpg-error0", "libsqlite3-0", "libseccomp2"],
      ...["libsubid6", "libsemanage2", "libsepol2", "libselinux1", "libpcre2-8-0", "libaudit1", "libcap-ng0"],
      ...["libbz2-1.0", "libsystemd0", "libcrypt1", "libacl1", "libpam0g", "libbsd0", "libmd0"],
    ],
    wrapped: ["bin/skopeo", "sbin/runc"],
    names: {},
  },
  {
    suite: "trixie",
    packages: ["cosign"],
    programs: ["bin/cosign"],
    loader: [],
    wrapped: [],
    names: { cosign: "cosign-2" },
  },
];

/** Below these the tests would test something else: bindir verifiers under CRI, cosign's bundles as the default. */
export const FLOORS = { containerd: "2.1", cosign: "3", "cosign-2": "2.5" };
