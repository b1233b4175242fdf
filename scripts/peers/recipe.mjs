// Which programs of others the end-to-end tests run beside ours, and where they come from: Debian suites newer
// than the machine's, each unpacked into a folder of its own. containerd, ctr, cosign, crane and docker-registry are Go
// programs that need no more than glibc 2.34; skopeo needs newer libraries and is run through its suite's loader.

/**
 * One entry per suite; `loader` names the packages that bring the loader and what `wrapped` programs link to. `names`:
 * what a package and its program are called here, where another suite has one of the same name.
 */
export const SUITES = [
  {
    suite: "forky",
    packages: ["containerd", "cosign", "crane", "docker-registry", "skopeo"],
    programs: ["containerd", "ctr", "cosign", "crane", "docker-registry"],
    loader: ["libc6", "libgpgme45", "libassuan9", "libgpg-error0", "libsqlite3-0"],
    wrapped: ["skopeo"],
    names: {},
  },
  {
    suite: "trixie",
    packages: ["cosign"],
    programs: ["cosign"],
    loader: [],
    wrapped: [],
    names: { cosign: "cosign-2" },
  },
];

/** Below these the tests would test something else: bindir verifiers under CRI, cosign's bundles as the default. */
export const FLOORS = { containerd: "2.1", cosign: "3", "cosign-2": "2.5" };
