import { setMaxListeners } from "node:events";
import type { PolicyCore } from "../core/core.js";
import { descriptorOf } from "../oci/manifest.js";
import { RegistryError } from "../registry/error.js";
import { PATIENT_RETRY } from "../registry/retry.js";
import type { Transport } from "../registry/transport.js";
import { jsonLine } from "../service/one-line.js";
import { readAhead } from "../signing/attach/read-ahead.js";
import { findImage } from "../signing/copy/copy-image.js";
import { namesOf } from "../signing/identity.js";
import type { ImageName } from "../signing/image-name.js";
import { openSource, openTarget } from "../signing/image-places.js";
import { deniesAnyway, keyPolicy } from "../signing/judge-signed.js";
import type { Annotations } from "../signing/payload/claim.js";
import { signImage } from "../signing/sign-image.js";
import type { SignatureFormat } from "../signing/sign-manifests.js";
import type { Signer } from "../signing/signer.js";
import type { Given } from "./command.js";
import { CopyProgress } from "./copy-progress.js";
import { EXIT, type ExitCode } from "./exit-code.js";
import { note, print } from "./output.js";
import { requirePolicy } from "./policy-options.js";
import { assertSigners, publicKeyFile, signerFromFile } from "./private-key-file.js";
import { registryTransport, signatureRepository } from "./registry-options.js";
import type { SignImageOptions } from "./sign-image.js";
import { denials, signedJson, signedText } from "./signed-image.js";
import { planSigning, type SigningPlan, tagOf } from "./signing-plan.js";
import { UsageError } from "./usage-error.js";
import { exitCode } from "./verdict.js";

const FORMATS: ReadonlyMap<string, readonly SignatureFormat[]> = new Map([
  ["legacy", ["legacy"]],
  ["bundle", ["bundle"]],
  ["both", ["legacy", "bundle"]],
]);

/** Microseconds for the tables of the key: less than a password takes to become the key. */
const WARM_UP_US = 5_000;

/**
 * Does the work of `sign-image`. A registry that fails is named, because there may be three. `started` is already
 * becoming the signer; null: its password still has to be typed.
 */
export async function runSigning(
  given: Given<SignImageOptions>,
  started: Promise<Signer> | null,
): Promise<ExitCode> {
  try {
    return await copyAndSign(given, started);
  } catch (error) {
    if (!(error instanceof RegistryError) || error.repository === undefined) throw error;
    if (error.detail.includes(error.repository)) throw error;
    throw new RegistryError(error.code, `${error.repository}: ${error.detail}`);
  }
}

async function copyAndSign(
  { values, operands }: Given<SignImageOptions>,
  started: Promise<Signer> | null,
): Promise<ExitCode> {
  const [sourceName = "", targetName = "", privateKey = "", publicKey = ""] = operands;
  const plan = planSigning(sourceName, targetName, values["sign-identity"]);
  const wish = {
    formats: formatsOf(values.format ?? "both"),
    annotations: annotationsOf(values.annotations ?? []),
    recursive: values.recursive ?? false,
  };
  const signatureName = signatureRepository(values);
  const transport = await registryTransport(values, note, PATIENT_RETRY);
  const { signal } = new AbortController();
  setMaxListeners(0, signal);

  const signing = started ?? Promise.resolve(await signerFromFile(privateKey));
  const signaturesName = signatureName ?? plan.target;
  const [signed, found, judged] = await Promise.allSettled([
    signing,
    findSource(plan.source, signaturesName, transport, signal),
    publicKeyFile(publicKey).then((file) => ({ file, core: judgingBy(file, plan) })),
  ]);
  const signer = settledValue(signed);
  const { file, core } = settledValue(judged);
  await assertSigners(file, publicKey, signer);
  assertUsable(core, publicKey);
  const policy = values.policy === undefined ? null : requirePolicy(values.policy);
  const { source, root, ahead } = settledValue(found);
  if (policy !== null) {
    const denial = deniesAnyway(policy, descriptorOf(root), plan.identity);
    if (denial !== null) throw new UsageError(`--policy denies it however it is signed: ${denial.reason}`);
  }

  const target = await openTarget(plan.target, transport, signal);
  const keepsTag = source.name === target.name && plan.tag === tagOf(plan.source);
  const progress = new CopyProgress();
  const result = await signImage({
    ...{ root, source, target, signer, core, policy, signal, ...wish },
    identity: plan.identity,
    tag: keepsTag ? null : plan.tag,
    signatures: signatureName === null ? target : await openTarget(signatureName, transport, signal),
    ahead,
    onProgress: progress.report,
  }).finally(() => progress.end());
  await transport.close();

  const { foreign, verdicts } = result;
  if (foreign.length > 0) note(`${foreign.length} foreign layers are not copied, and stay where they are`);
  denials(verdicts).forEach(note);
  const code = exitCode(verdicts.map(({ verdict }) => verdict));
  const name = namesOf(plan.identity).at(-1) ?? "";
  if (code !== EXIT.ok) {
    const denied = verdicts.find(({ verdict }) => !verdict.ok)?.verdict;
    if (values.json)
      print(jsonLine({ ok: false, code: denied?.code, reason: denied?.reason, name, digest: root.digest }));
    return code;
  }
  const { fingerprint } = signer.publicKey;
  const said = { name, digest: root.digest, tag: plan.tag, signed: result.signed, fingerprint };
  print(values.json ? signedJson(said) : signedText(said));
  return EXIT.ok;
}

function formatsOf(text: string): ReadonlySet<SignatureFormat> {
  const formats = FORMATS.get(text);
  if (formats === undefined)
    throw new UsageError(`--format: ${JSON.stringify(text)} is none of ${[...FORMATS.keys()].join(", ")}`);
  return new Set(formats);
}

function annotationsOf(given: readonly string[]): Annotations {
  const annotations = new Map<string, string>();
  for (const text of given) {
    const [, key, value = ""] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (key === undefined) throw new UsageError(`--annotations: ${JSON.stringify(text)} is not KEY=VALUE`);
    if (annotations.has(key)) throw new UsageError(`--annotations: ${JSON.stringify(key)} is given twice`);
    annotations.set(key, value);
  }
  return annotations;
}

/** The image and, in a registry, the signatures already there, see `readAhead`. */
async function findSource(name: ImageName, signatures: ImageName, transport: Transport, signal: AbortSignal) {
  const { place, reference } = await openSource(name, transport, signal);
  const root = await findImage(place, reference, signal);
  if (signatures.kind === "layout") return { source: place, root, ahead: null };
  const ahead = readAhead(await openTarget(signatures, transport, signal), root.digest, signal);
  return { source: place, root, ahead };
}

function settledValue<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === "rejected") throw settled.reason;
  return settled.value;
}

/** A verifier by the public key, ready to use it. */
function judgingBy(publicKey: Uint8Array, { identity }: SigningPlan): PolicyCore {
  const core = keyPolicy(publicKey, identity.tag !== null);
  core.idle(WARM_UP_US);
  return core;
}

/** A key that everybody would refuse is found before anything is pushed. */
function assertUsable({ summary }: PolicyCore, path: string): void {
  const problem = summary.keys.map(({ problem }) => problem).find((problem) => problem !== "");
  if (problem !== undefined) throw new UsageError(`${path}: ${problem}`);
}
