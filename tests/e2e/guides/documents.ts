import { fileURLToPath } from "node:url";

import { type FileBlock, type Step, stepsOf } from "./guide.js";
import { NOT_RUN } from "./not-run.js";

/** A node as it is before Countersign comes: containerd as it is configured where nobody has, and what has been pulled. */
const NODE = `
containerd config default >/etc/containerd/config.toml
systemctl start containerd
for image in ghcr.io/acme/app:1 docker.io/library/busybox:latest; do ctr -n k8s.io images pull $image; done`;

/** Those whose commands are run, each in a world of its own, and what is there before. */
export const DOCUMENTS: Readonly<Record<string, string>> = {
  "docs/node-operator.md": NODE,
  "docs/confidential-vm.md": `
containerd config default >/etc/containerd/config.toml
systemctl start containerd docker
cp ${pathOf("docs/examples/replay-log.mjs")} .
`,
  "docs/embedding.md": `
export NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
cp ${pathOf("docs/examples/judge.mjs")} .
mkdir -p node_modules/.bin
ln -s ${pathOf("")} node_modules/countersign
ln -s ${pathOf("node_modules/@bytecodealliance")} node_modules/@bytecodealliance
ln -s ../@bytecodealliance/jco/src/jco.js node_modules/.bin/jco
cat >policy.json <<'END'
${JSON.stringify({
  default: [{ type: "reject" }],
  transports: {
    docker: {
      "ghcr.io/acme": [
        {
          type: "sigstoreSigned",
          keyPath: "/home/operator/cosign.pub",
          signedIdentity: { type: "matchRepository" },
        },
      ],
    },
  },
})}
END
`,
};

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
