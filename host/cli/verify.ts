import type { AuditSink } from "../service/audit.js";
import { DEFAULT_LIMITS } from "../service/limits.js";
import { type Verdict, Verifier } from "../service/verifier.js";
import { ATTACHMENT_OPTIONS, attachments } from "./attachment-options.js";
import { auditFile } from "./audit-file.js";
import { command } from "./command.js";
import { interruptible } from "./interruptible.js";
import { judgingPolicy } from "./judging-policy.js";
import { MEASUREMENT_OPTIONS } from "./measurement-options.js";
import { namedImage } from "./named-image.js";
import { numberUpTo, wholeNumber } from "./numbers.js";
import { OFFLINE_OPTIONS, offlineWish } from "./offline-options.js";
import { inOrder } from "./ordered.js";
import { note, print } from "./output.js";
import { POLICY_OPTION } from "./policy-options.js";
import { Progress } from "./progress.js";
import { REGISTRY_OPTIONS, registrySource } from "./registry-options.js";
import { UsageError } from "./usage-error.js";
import { exitCode, verdictJson, verdictText } from "./verdict.js";

const DEFAULT_CONCURRENCY = "4";
/** More for one registry host would be refused as busy. */
const MOST_AT_ONCE = DEFAULT_LIMITS.inFlightPerRegistry;

const DEFAULT_SECONDS = String(DEFAULT_LIMITS.deadlineMs / 1000);
const LONGEST_SECONDS = 3600;

/** Whoever types a name reads the verdict; a record is kept where one is asked for. */
const NO_AUDIT: AuditSink = { write: () => {} };

export default command({
  operands: ["NAME…"],
  description: `Names are read as docker and podman read them: "nginx" is docker.io/library/nginx:latest. As in containerd, the digest
that a name resolves to is judged: for a multi-platform image, that of its index.

Prints one line per name, in the order given: "allowed" or "denied", the name with its digest, and why.
With several names, the exit status is 0 if all are allowed, 2 if there is no usable policy, 1 if any is denied, and 3
if some could not be decided.

With --source, the image is read from a folder or archive in which "cosign save", "oras cp -r" or sign-image has left
its signatures, and judged as if NAME were in a registry; no registry is asked. "allowed" then also means that all of
its blobs are present and correct, and that an archive holds nothing else. To be certain that what you load is what was
judged, load the copy (--copy-to).

With --measure, a program receives the policy, and each acceptance before it is printed and, with --copy-to, before the
copy gets its name.`,
  options: {
    policy: POLICY_OPTION,
    json: { type: "boolean", help: "print one JSON object per line" },
    platform: {
      type: "string",
      value: "OS/ARCH",
      help: "OS/ARCH[/VARIANT]; does not change the verdict, which is on the digest and all its platforms",
    },
    ...OFFLINE_OPTIONS,
    ...REGISTRY_OPTIONS,
    ...ATTACHMENT_OPTIONS,
    ...MEASUREMENT_OPTIONS,
    "audit-log": { type: "string", value: "FILE", help: "append one JSON line per verdict" },
    concurrency: {
      type: "string",
      value: "N",
      help: `images judged at once (default: ${DEFAULT_CONCURRENCY})`,
    },
    timeout: {
      type: "string",
      value: "SECONDS",
      help: `time limit per image (default: ${DEFAULT_SECONDS})`,
    },
  },
  async run({ values, operands }) {
    const concurrency = wholeNumber("concurrency", values.concurrency ?? DEFAULT_CONCURRENCY, MOST_AT_ONCE);
    const seconds = numberUpTo("timeout", values.timeout ?? DEFAULT_SECONDS, LONGEST_SECONDS);
    if (values.platform !== undefined) notePlatform(values.platform);
    const audit = values["audit-log"] === undefined ? NO_AUDIT : auditFile(values["audit-log"]);
    const offline = await offlineWish(values, operands, { ...REGISTRY_OPTIONS, ...ATTACHMENT_OPTIONS });
    if (offline !== null) {
      const [name = ""] = operands;
      const { state, measurement } = await judgingPolicy(values);
      const { verifyOffline } = await import("./verify-offline.js");
      const verdict = await interruptible((signal) =>
        verifyOffline(offline, name, state, audit, { deadlineMs: seconds * 1000, signal, measurement }),
      );
      print(values.json ? verdictJson(verdict, name) : verdictText(verdict, name));
      return exitCode([verdict]);
    }
    const gate = attachments(values);
    const source = await registrySource(values, note);
    const { state, measurement } = await judgingPolicy(values);

    const verifier = new Verifier({ policy: () => state, source, audit, attachments: gate, measurement });
    const progress = new Progress(operands.length);
    const verdicts: Verdict[] = [];
    await inOrder(
      operands,
      concurrency,
      async (name) => {
        const verdict = await verifier.verify(namedImage(name), { deadlineMs: seconds * 1000 });
        progress.advance();
        return verdict;
      },
      (verdict, name) => {
        verdicts.push(verdict);
        const line = values.json ? verdictJson(verdict, name) : verdictText(verdict, name);
        progress.around(() => print(line));
      },
    );
    progress.end();
    await source.close();
    return exitCode(verdicts);
  },
});

/** A verdict on a digest holds for every platform in it, so there is nothing to choose; but a typing error is one. */
function notePlatform(platform: string): void {
  if (!/^[a-z0-9]+\/[a-z0-9]+(\/[a-z0-9.]+)?$/.test(platform)) {
    throw new UsageError(
      `--platform: ${JSON.stringify(platform)} is not OS/ARCH or OS/ARCH/VARIANT, such as linux/arm64`,
    );
  }
  note(`--platform ${platform}: the digest a name resolves to is judged, for all of its platforms`);
}
