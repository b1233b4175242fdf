import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { type FileBlock, type Step, stepsOf } from "./guide.js";
import { NOT_RUN } from "./not-run.js";

/** containerd as it is where nobody has configured it. */
const CONTAINERD = `containerd config default >/etc/containerd/config.toml
systemctl start containerd
`;

const KEY = "install -D -m 644 cosign.pub /etc/countersign/cosign.pub\n";

/** policy.json in the current folder, which asks for signatures by cosign.key of everything below ghcr.io/acme. */
const POLICY = `cat >policy.json <<'END'
${JSON.stringify({
  default: [{ type: "reject" }],
  transports: {
    docker: {
      "ghcr.io/acme": [
        {
          type: "sigstoreSigned",
          keyPath: "/etc/countersign/cosign.pub",
          signedIdentity: { type: "matchRepository" },
        },
      ],
    },
  },
})}
END
${KEY}`;

/** Those whose commands are run, each in a world of its own, and what is there before its first. */
export const DOCUMENTS: Readonly<Record<string, string>> = {
  "README.md": `${CONTAINERD}${KEY}`,
  "docs/node-operator.md": `${CONTAINERD}
for image in ghcr.io/acme/app:1 docker.io/library/busybox:latest; do ctr -n k8s.io images pull $image; done`,
  "docs/confidential-vm.md": `${CONTAINERD}
echo '{"features":{"containerd-snapshotter":true}}' >/etc/docker/daemon.json
systemctl start docker
cp ${pathOf("docs/examples/replay-log.mjs")} .
mkdir -p "$(npm root -g)/countersign"
cp -r ${pathOf("dist/component")} "$(npm root -g)/countersign"`,
  "docs/embedding.md": `${POLICY}
export NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
cp ${pathOf("docs/examples/judge.mjs")} .
mkdir -p node_modules/.bin
ln -s ${pathOf("")} node_modules/countersign
ln -s ${pathOf("node_modules/@bytecodealliance")} node_modules/@bytecodealliance
ln -s ../@bytecodealliance/jco/src/jco.js node_modules/.bin/jco`,
  "docs/signing.md": `
rm cosign.*
skopeo --insecure-policy copy docker://ghcr.io/acme/unsigned:1 oci:build:1`,
  "docs/offline.md": `${POLICY}${CONTAINERD}
countersign sign-image ghcr.io/acme/app:1 oci:/srv/app:1 cosign.key cosign.pub
tar -cC /srv/app -f app.tar .
ctr images pull --all-platforms ghcr.io/acme/app:1
ctr images export --local --all-platforms saved.tar ghcr.io/acme/app:1`,
};

/** All that people read, and may find a command in. */
export function allDocuments(): string[] {
  const names = readdirSync(pathOf("docs")).filter((name) => name.endsWith(".md"));
  return ["README.md", ...names.map((name) => `docs/${name}`)];
}

export function pathOf(document: string): string {
  return fileURLToPath(new URL(`../../../../${document}`, import.meta.url));
}

export function isRun(document: string, step: Step | FileBlock): boolean {
  if (!("command" in step)) return true;
  return !NOT_RUN.some((one) => one.document === document && step.command.startsWith(one.command));
}

/** How many commands there are to be run. */
export function commandCount(): number {
  return Object.keys(DOCUMENTS).reduce(
    (count, document) => count + stepsOf(pathOf(document)).filter((step) => isRun(document, step)).length,
    0,
  );
}
